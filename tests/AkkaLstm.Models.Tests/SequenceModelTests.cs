using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Reference;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Models.Tests;

public class SequenceModelTests
{
    private static readonly StepKey Key = new(Seed: 77, Step: 12);

    public static TheoryData<string> ModelNames =>
    [
        "tokens-ce-1", "tokens-ce-2", "tokens-ce-3", "tokens-ce-wide", "values-mse-1", "values-mse-2", "values-ce-2",
        "values-quantile-2",
        "tokens-mse-1", "tokens-dropout", "values-dropout-everywhere", "tokens-dropout-everywhere", "tokens-both-2",
        "values-both-1", "tokens-both-dropout", "values-both-projected", "values-both-gru-original", .. TestModels.CellNames,
        .. TestModels.RegularizedNames,
    ];

    [Theory]
    [MemberData(nameof(ModelNames))]
    public void ForwardBackward_EveryKind_AgreesWithTheDoubleTwin(string name)
    {
        ModelSpec spec = TestModels.Named(name);
        var step = new ModelStep(spec, maxTimeSteps: 8, maxLanes: 6);
        float[] parameters = TestModels.RandomParameters(spec, seed: 21);
        step.Weights.Load(parameters, Key);
        foreach ((int timeSteps, int lanes) in ((int, int)[])[(7, 6), (8, 1), (1, 5)])
        {
            SequenceBatch batch = TestModels.RandomBatch(spec, timeSteps, lanes, seed: timeSteps, firstLane: 3);
            float[] carry = TestModels.RandomFloats(lanes * spec.CarryLength, seed: 8);
            step.ForwardBackward(batch, 1, Key, carry);
            ReferenceResult expected = new ReferenceModel(spec).ForwardBackward(
                TestModels.ToDouble(parameters), batch, TestModels.ToDouble(carry), Masks(spec, batch));
            Assert.Equal(expected.Count, step.Losses[0].Count);
            Assert.Equal(expected.LossSum, step.Losses[0].LossSum, Math.Abs(expected.LossSum) * 1e-5);
            Closeness.AssertClose(expected.CarryOut, step.CarryOut, 1e-5, "carry");
            foreach (TensorInfo tensor in step.Model.Layout.Tensors)
            {
                // What reaches attention's scores are differences of nearly equal numbers (the softmax's gradient).
                double tolerance = tensor.Name.StartsWith("attention.", StringComparison.Ordinal) ? 3e-5 : 1e-5;
                Closeness.AssertClose(
                    expected.Gradient.AsSpan(tensor.Offset, tensor.Length), step.GradientOf(tensor), tolerance, tensor.Name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ModelNames))]
    public void ForwardBackward_AnyGroupingOfShards_GivesTheSameBits(string name)
    {
        const int shardCount = 4;
        const int lanesPerShard = 3;
        const int lanes = shardCount * lanesPerShard;
        ModelSpec spec = TestModels.Named(name);
        float[] parameters = TestModels.RandomParameters(spec, seed: 5);
        float[] carry = TestModels.RandomFloats(lanes * spec.CarryLength, seed: 6);
        SequenceBatch whole = TestModels.RandomBatch(spec, timeSteps: 5, lanes, seed: 7, firstLane: 24);
        (float[] Gradient, float[] CarryOut, ShardLoss[] Losses)? first = null;
        foreach (int[] groups in (int[][])[[4], [2, 2], [1, 1, 2], [2, 1, 1], [1, 1, 1, 1]])
        {
            var parts = new List<GradientPart>();
            float[] carryOut = new float[carry.Length];
            var losses = new List<ShardLoss>();
            int shard = 0;
            foreach (int count in groups)
            {
                var step = new ModelStep(spec, 5, count * lanesPerShard);
                step.Weights.Load(parameters, Key);
                SequenceBatch part = TestModels.LanesOf(spec, whole, shard * lanesPerShard, count * lanesPerShard);
                int carryStart = shard * lanesPerShard * spec.CarryLength;
                step.ForwardBackward(part, count, Key, carry.AsSpan(carryStart, step.CarryLengthOf(part)));
                step.CarryOut.CopyTo(carryOut.AsSpan(carryStart));
                losses.AddRange(step.Losses);
                parts.Add(new GradientPart(shard, count, step.Gradient));
                shard += count;
            }

            var layout = ParameterLayout.For(spec);
            var reduced = new ReducedSlice(layout, layout.Whole);
            GradientTree.Reduce([.. parts], shardCount, reduced);
            float[] gradient = ModelStep.Flatten(reduced.Gradient);
            first ??= (gradient, carryOut, [.. losses]);
            BitEquality.AssertSame(first.Value.Gradient, gradient);
            BitEquality.AssertSame(first.Value.CarryOut, carryOut);
            Assert.Equal(first.Value.Losses, losses);
        }
    }

    [Theory]
    [InlineData("tokens-ce-2")]
    [InlineData("values-mse-2")]
    [InlineData("tokens-attention")]
    [InlineData("values-attention")]
    public void ForwardBackward_OnlySomeStepsHaveTargets_LeavesTheOthersOutWithoutChangingBits(string name)
    {
        ModelSpec spec = TestModels.Named(name);
        var step = new ModelStep(spec, 6, 4);
        step.Weights.Load(TestModels.RandomParameters(spec, seed: 31), Key);
        SequenceBatch batch = TestModels.RandomBatch(spec, 6, 4, seed: 32, ignored: 0);
        float[] carry = TestModels.RandomFloats(4 * spec.CarryLength, seed: 33);

        // A full window first, so that whatever it leaves in the workspace would show.
        step.ForwardBackward(batch, 4, Key, carry);

        // Lane 0 has targets at steps 2 and 4 only, the other lanes none: steps 0, 1 and 5 need no outputs.
        Array.Fill(batch.TargetClasses, SequenceBatch.IgnoredClass);
        Array.Clear(batch.TargetMask);
        foreach (int t in (int[])[2, 4])
        {
            if (spec.Loss == LossKind.CrossEntropy)
                batch.TargetClasses[t * 4] = 1;
            else
                batch.TargetMask[t * 4] = true;
        }

        step.ForwardBackward(batch, 4, Key, carry);
        float[] together = ModelStep.Flatten(step.Gradient);
        ShardLoss loss = step.Losses[0];
        Assert.All(step.Losses[1..], other => Assert.Equal(default, other));

        // With a target in lane 3 at the outer steps these are computed as well; lane 0's shard must not notice.
        foreach (int t in (int[])[0, 5])
        {
            if (spec.Loss == LossKind.CrossEntropy)
                batch.TargetClasses[(t * 4) + 3] = 0;
            else
                batch.TargetMask[(t * 4) + 3] = true;
        }

        step.ForwardBackward(batch, 4, Key, carry);
        Assert.Equal(loss, step.Losses[0]);
        SequenceBatch lane0 = TestModels.LanesOf(spec, batch, 0, 1);
        var alone = new ModelStep(spec, 6, 1);
        alone.Weights.Load(TestModels.RandomParameters(spec, seed: 31), Key);
        alone.ForwardBackward(lane0, 1, Key, carry.AsSpan(0, spec.CarryLength));
        Assert.Equal(loss, alone.Losses[0]);
        int denseStart = step.Model.Layout.DenseStart;
        Assert.Equal(together.AsSpan(denseStart).ToArray(), ModelStep.Flatten(alone.Gradient).AsSpan(denseStart).ToArray());
    }

    [Theory]
    [MemberData(nameof(ModelNames))]
    public void Forward_WithoutDropout_HasTheLossOfForwardBackward(string name)
    {
        ModelSpec spec = TestModels.Plain(TestModels.Named(name));
        var step = new ModelStep(spec, 5, 4);
        step.Weights.Load(TestModels.RandomParameters(spec, seed: 9), Key);
        SequenceBatch batch = TestModels.RandomBatch(spec, 5, 4, seed: 10);
        float[] carry = TestModels.RandomFloats(4 * spec.CarryLength, seed: 11);
        step.ForwardBackward(batch, 2, Key, carry);
        var losses = new ShardLoss[2];
        float[] carryOut = new float[carry.Length];
        step.Model.Forward(step.Weights, batch, 2, carry, carryOut, step.Workspace, losses);
        Assert.Equal(step.Losses, losses);
        BitEquality.AssertSame(step.CarryOut, carryOut);
    }

    [Theory]
    [MemberData(nameof(ModelNames))]
    public void Forward_ModelWithDropout_DropsNothing(string name)
    {
        ModelSpec spec = TestModels.Named(name);
        ModelSpec plain = spec with { Dropout = 0, WeightDrop = 0, EmbeddingDropout = 0 };
        float[] parameters = TestModels.RandomParameters(spec, seed: 9);
        SequenceBatch batch = TestModels.RandomBatch(spec, 5, 4, seed: 10);
        float[] carry = TestModels.RandomFloats(4 * spec.CarryLength, seed: 11);
        var results = new List<ShardLoss>();
        foreach (ModelSpec each in (ModelSpec[])[spec, plain])
        {
            var step = new ModelStep(each, 5, 4);
            step.Weights.Load(parameters, Key);
            var losses = new ShardLoss[1];
            step.Model.Forward(step.Weights, batch, 1, carry, new float[carry.Length], step.Workspace, losses);
            results.Add(losses[0]);
        }

        Assert.Equal(results[0], results[1]);
    }

    [Theory]
    [InlineData("tokens-ce-2")]
    [InlineData("values-mse-2")]
    public void Predict_StepByStepWithCarry_GivesTheOutputsOfTheWholeWindow(string name)
    {
        ModelSpec spec = TestModels.Named(name);
        var step = new ModelStep(spec, 6, 3);
        float[] parameters = TestModels.RandomParameters(spec, seed: 14);
        step.Weights.Load(parameters, Key);
        SequenceBatch whole = TestModels.RandomBatch(spec, 6, 3, seed: 15, resets: 0);
        float[] carry = TestModels.RandomFloats(3 * spec.CarryLength, seed: 16);
        ReferenceResult expected = new ReferenceModel(spec).ForwardBackward(
            TestModels.ToDouble(parameters), whole, TestModels.ToDouble(carry));
        float[] atOnce = new float[3 * spec.OutputSize];
        step.Model.Predict(step.Weights, whole, carry, new float[carry.Length], step.Workspace, atOnce);

        float[] outputs = new float[atOnce.Length];
        SequenceBatch one = TestModels.EmptyBatch(spec, 1, 3);
        one.Reshape(1, 0, 3);
        for (int t = 0; t < 6; t++)
        {
            if (spec.Input == InputKind.Tokens)
                Array.Copy(whole.Tokens, t * 3, one.Tokens, 0, 3);
            else
                Array.Copy(whole.Values, t * 3 * spec.InputSize, one.Values, 0, 3 * spec.InputSize);
            step.Model.Predict(step.Weights, one, carry, carry, step.Workspace, outputs);
            Closeness.AssertClose(expected.Outputs.AsSpan(t * outputs.Length, outputs.Length), outputs, 1e-5, $"step {t}");
        }

        BitEquality.AssertSame(atOnce, outputs);
    }

    [Theory]
    [InlineData("tokens-ce-2")]
    [InlineData("tokens-ce-wide")]
    [InlineData("values-mse-1")]
    [InlineData("tokens-dropout-everywhere")]
    [InlineData("tokens-both-dropout")]
    [InlineData("tokens-attention-regularized")]
    public void ForwardBackward_OnceWarm_AllocatesNothing(string name)
    {
        ModelSpec spec = TestModels.Named(name);
        var step = new ModelStep(spec, 6, 4);
        float[] parameters = TestModels.RandomParameters(spec, seed: 14);
        SequenceBatch batch = TestModels.RandomBatch(spec, 6, 4, seed: 15);
        float[] carry = new float[4 * spec.CarryLength];
        float[] carryOut = new float[carry.Length];
        var losses = new ShardLoss[2];
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            step.Weights.Load(parameters, Key);
            step.Model.ForwardBackward(
                step.Weights, batch, 2, Key, carry, carryOut, step.Workspace, step.Gradient, losses);
            step.Model.Forward(step.Weights, batch, 2, carry, carryOut, step.Workspace, losses);
        }
    }

    [Fact]
    public void ForwardBackward_PiecesPackedInAnyOrder_GivesTheSameBits()
    {
        ModelSpec spec = TestModels.Named("tokens-ce-2");
        float[] parameters = TestModels.RandomParameters(spec, seed: 14);
        SequenceBatch batch = TestModels.RandomBatch(spec, 6, 4, seed: 15);
        float[] carry = new float[4 * spec.CarryLength];
        var whole = new ModelStep(spec, 6, 4);
        whole.Weights.Load(parameters, Key);
        whole.ForwardBackward(batch, 1, Key, carry);
        var pieces = new ModelStep(spec, 6, 4);
        pieces.Weights.BeginLoad(parameters);
        Parallel.For(0, pieces.Weights.PackCount, piece => pieces.Weights.Pack(pieces.Weights.PackCount - 1 - piece));
        pieces.ForwardBackward(batch, 1, Key, carry);
        BitEquality.AssertSame(ModelStep.Flatten(whole.Gradient), ModelStep.Flatten(pieces.Gradient));
    }

    [Fact]
    public void ForwardBackward_TokenOutsideTheVocabulary_SaysWhere()
    {
        ModelSpec spec = TestModels.Tokens(vocabulary: 11);
        var step = new ModelStep(spec, 6, 4);
        step.Weights.Load(TestModels.RandomParameters(spec, seed: 1), Key);
        SequenceBatch batch = TestModels.RandomBatch(spec, 6, 4, seed: 2);
        batch.Tokens[(2 * 4) + 1] = 11;
        ArgumentException e = Assert.Throws<ArgumentException>(
            () => step.ForwardBackward(batch, 1, Key, new float[4 * spec.CarryLength]));
        Assert.Equal("Token 11 at time step 2 of lane 1 is not in [0, 11).", e.Message);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(8, 8)]
    [InlineData(2, 1)]
    public void ForwardBackward_ShardsThatDoNotFit_Throws(int shardCount, int lossCount)
    {
        ModelSpec spec = TestModels.Values();
        var step = new ModelStep(spec, 6, 6);
        SequenceBatch batch = TestModels.RandomBatch(spec, 6, 6, seed: 2);
        float[] carry = new float[6 * spec.CarryLength];
        Assert.Throws<ArgumentException>(() => step.Model.ForwardBackward(
            step.Weights, batch, shardCount, Key, carry, carry, step.Workspace, step.Gradient, new ShardLoss[lossCount]));
    }

    /// <summary>The masks by their definition: one row at a time, at its absolute lane.</summary>
    [Theory]
    [MemberData(nameof(ModelNames))]
    public void Forward_EveryKind_AgreesWithTheDoubleTwinInEvaluation(string name)
    {
        ModelSpec spec = TestModels.Named(name);
        var step = new ModelStep(spec, 6, 5);
        float[] parameters = TestModels.RandomParameters(spec, seed: 41);
        step.Weights.Load(parameters);
        SequenceBatch batch = TestModels.RandomBatch(spec, 6, 5, seed: 42);
        float[] carry = TestModels.RandomFloats(5 * spec.CarryLength, seed: 43);
        var losses = new ShardLoss[1];
        float[] carryOut = new float[carry.Length];

        step.Model.Forward(step.Weights, batch, 1, carry, carryOut, step.Workspace, losses);

        ReferenceResult expected = new ReferenceModel(spec).ForwardBackward(
            TestModels.ToDouble(parameters), batch, TestModels.ToDouble(carry));
        Assert.Equal(expected.LossSum, losses[0].LossSum, Math.Abs(expected.LossSum) * 1e-5);
        Closeness.AssertClose(expected.CarryOut, carryOut, 1e-5, "carry");
    }

    [Fact]
    public void ForwardBackward_LaneWeights_WeighLossAndGradient()
    {
        ModelSpec spec = TestModels.Named("values-ce-2");
        var step = new ModelStep(spec, 5, 4);
        float[] parameters = TestModels.RandomParameters(spec, seed: 51);
        step.Weights.Load(parameters);
        SequenceBatch batch = TestModels.RandomBatch(spec, 5, 4, seed: 52);
        batch.HasWeights = true;
        float[] weights = [0.25f, 3, 1, 0];
        weights.CopyTo(batch.LaneWeights, 0);
        float[] carry = TestModels.RandomFloats(4 * spec.CarryLength, seed: 53);

        step.ForwardBackward(batch, 2, Key, carry);

        ReferenceResult expected = new ReferenceModel(spec).ForwardBackward(
            TestModels.ToDouble(parameters), batch, TestModels.ToDouble(carry));
        Assert.Equal(expected.LossSum, step.Losses.Sum(loss => loss.LossSum), Math.Abs(expected.LossSum) * 1e-5);
        Assert.Equal(expected.Count, step.Losses.Sum(loss => loss.Count));
        Closeness.AssertClose(expected.Gradient, ModelStep.Flatten(step.Gradient), 1e-5, "gradient");
    }

    [Fact]
    public void ForwardBackward_WeightsOfAnotherStep_Throws()
    {
        ModelSpec spec = TestModels.Named("tokens-weight-drop");
        var step = new ModelStep(spec, 4, 2);
        SequenceBatch batch = TestModels.RandomBatch(spec, 4, 2, seed: 1);
        foreach (StepKey? key in (StepKey?[])[null, Key with { Step = Key.Step + 1 }])
        {
            step.Weights.Load(TestModels.RandomParameters(spec, seed: 1), key);
            Assert.Throws<ArgumentException>(() => step.ForwardBackward(batch, 1, Key, new float[2 * spec.CarryLength]));
        }
    }

    /// <summary>The factors that the step of <see cref="Key"/> draws.</summary>
    private static RandomFactors Masks(ModelSpec spec, SequenceBatch batch)
    {
        var masks = new Dictionary<(RandomPurpose, int, int), float[]>();
        bool isLocked = spec.DropoutKind == DropoutKind.Locked;
        return new RandomFactors
        {
            Dropout = (layer, lane, t, i) =>
            {
                int size = spec.LayerInputSize(layer);
                return Mask(RandomPurpose.Dropout, layer, lane, size, spec.Dropout)[((isLocked ? 0 : t) * size) + i];
            },
            RecurrentWeights = (layer, direction, row, column) =>
            {
                int size = spec.LayerShape(layer).OutputSize;
                int index = (layer * spec.DirectionCount) + direction;
                return Mask(RandomPurpose.WeightDrop, index, row, size, spec.WeightDrop)[column];
            },
            EmbeddingRows = token => Mask(RandomPurpose.EmbeddingDropout, 0, 0, spec.InputSize, spec.EmbeddingDropout)[token],
            Zoneout = (layer, direction, isState, lane, t, unit) =>
            {
                int index = (2 * ((layer * spec.DirectionCount) + direction)) + (isState ? 1 : 0);
                float probability = isState ? spec.ZoneoutState : spec.Zoneout;
                return Mask(RandomPurpose.Zoneout, index, lane, spec.HiddenSize, probability)[(t * spec.HiddenSize) + unit] == 0 ? 0 : 1;
            },
        };

        float[] Mask(RandomPurpose purpose, int index, int lane, int size, float probability)
        {
            if (!masks.TryGetValue((purpose, index, lane), out float[]? mask))
            {
                mask = new float[batch.TimeSteps * size];
                DropoutMask.Fill(
                    new RandomKey(Key.Seed, purpose, Key.Step, index), probability, batch.TimeSteps, 1, lane, size, mask, size);
                masks.Add((purpose, index, lane), mask);
            }

            return mask;
        }
    }
}
