using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.Tests;

/// <summary>
/// Sequences of differing length in one batch, each with one target at its own last step: what follows that step is padding and must
/// not change a bit of any loss or gradient.
/// </summary>
public sealed class PaddingTests
{
    private const int Lanes = 8;
    private const int Shards = 2;
    private const int Longest = 9;
    private static readonly int[] Lengths = [9, 4, 1, 7, 7, 2, 9, 5];

    public static TheoryData<string> Models => [.. TestModels.CellNames, "tokens-ce-1", "values-ce-2", "tokens-all-regularized", "tokens-both-whole", "depth-both-whole", "tokens-attention", "tokens-attention-regularized", "tokens-both-whole-attention"];

    [Theory]
    [MemberData(nameof(Models))]
    public void ForwardBackward_MorePaddingWithOtherContents_ChangesNoBit(string name)
    {
        ModelSpec spec = TestModels.Named(name);
        (ShardLoss[] losses, float[] gradient) = Run(spec, Batch(spec, Longest, paddingSeed: 1));
        foreach (int timeSteps in (int[])[Longest, Longest + 1, 3 * Longest])
        {
            (ShardLoss[] otherLosses, float[] otherGradient) = Run(spec, Batch(spec, timeSteps, paddingSeed: timeSteps));

            Assert.Equal(losses, otherLosses);
            for (int i = 0; i < gradient.Length; i++)
            {
                // An embedding row that only padding reads has the gradient 0, with either sign.
                Assert.True(gradient[i].Equals(otherGradient[i]), $"{timeSteps} steps, parameter {i}: {gradient[i]:R}, {otherGradient[i]:R}");
            }
        }

        Assert.Contains(gradient, value => value != 0);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Forward_SequenceAlone_HasTheLossItHasAmongLongerOnes(string name)
    {
        ModelSpec spec = TestModels.Plain(TestModels.Named(name));
        SequenceBatch together = Batch(spec, Longest, paddingSeed: 1);
        double sum = 0;
        for (int lane = 0; lane < Lanes; lane++)
            sum += Loss(spec, Alone(spec, together, lane), shardCount: 1)[0].LossSum;

        ShardLoss[] losses = Loss(spec, together, shardCount: 1);
        Assert.Equal(Lanes, losses[0].Count);
        Assert.Equal(sum, losses[0].LossSum, 1e-12);
    }

    private static (ShardLoss[] Losses, float[] Gradient) Run(ModelSpec spec, SequenceBatch batch)
    {
        var model = new SequenceModel(spec);
        ModelWeights weights = Weights(spec);
        var carry = new float[Lanes * spec.CarryLength];
        var gradient = new Gradient(model.Layout);
        var losses = new ShardLoss[Shards];
        model.ForwardBackward(
            weights, batch, Shards, new StepKey(3, 5), carry, carry,
            new ModelWorkspace(spec, batch.TimeSteps, Lanes), gradient, losses);
        var reduced = new ReducedSlice(model.Layout, model.Layout.Whole);
        GradientTree.Reduce([new GradientPart(0, Shards, gradient)], Shards, reduced);
        return (losses, Flat(spec, reduced.Gradient));
    }

    /// <summary>The dense part, then the whole embedding table.</summary>
    private static float[] Flat(ModelSpec spec, Gradient gradient)
    {
        var table = new float[spec.InputSize * spec.EmbeddingSize];
        for (int i = 0; i < gradient.Rows.Count; i++)
            gradient.Rows.Row(i).CopyTo(table.AsSpan(gradient.Rows.Indices[i] * spec.EmbeddingSize));
        return [.. gradient.Dense.Span, .. table];
    }

    private static ShardLoss[] Loss(ModelSpec spec, SequenceBatch batch, int shardCount)
    {
        var carry = new float[batch.Lanes * spec.CarryLength];
        var losses = new ShardLoss[shardCount];
        new SequenceModel(spec).Forward(
            Weights(spec), batch, shardCount, carry, carry, new ModelWorkspace(spec, batch.TimeSteps, batch.Lanes), losses);
        return losses;
    }

    private static ModelWeights Weights(ModelSpec spec)
    {
        var weights = new ModelWeights(spec);
        weights.Load(TestModels.RandomParameters(spec, seed: 7), new StepKey(3, 5));
        return weights;
    }

    /// <summary>The sequences, with random padding behind them.</summary>
    private static SequenceBatch Batch(ModelSpec spec, int timeSteps, int paddingSeed)
    {
        SequenceBatch padding = TestModels.RandomBatch(spec, timeSteps, Lanes, paddingSeed, ignored: 1, resets: 1);
        SequenceBatch contents = TestModels.RandomBatch(spec, Longest, Lanes, seed: 99, ignored: 0, resets: 1);
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int t = 0; t < Lengths[lane]; t++)
                Copy(contents, padding, t, lane, lane);
            int last = ((Lengths[lane] - 1) * Lanes) + lane;
            padding.TargetClasses[last] = contents.TargetClasses[last];
        }

        return padding;
    }

    private static SequenceBatch Alone(ModelSpec spec, SequenceBatch from, int lane)
    {
        int length = Lengths[lane];
        SequenceBatch alone = TestModels.RandomBatch(spec, length, lanes: 1, seed: 4, ignored: 1, resets: 1);
        for (int t = 0; t < length; t++)
            Copy(from, alone, t, lane, 0);
        alone.TargetClasses[length - 1] = from.TargetClasses[((length - 1) * Lanes) + lane];
        return alone;
    }

    private static void Copy(SequenceBatch from, SequenceBatch to, int t, int fromLane, int toLane)
    {
        int source = (t * from.Lanes) + fromLane;
        int target = (t * to.Lanes) + toLane;
        if (from.InputSize == 0)
            to.Tokens[target] = from.Tokens[source];
        else
            from.Values.AsSpan(source * from.InputSize, from.InputSize).CopyTo(to.Values.AsSpan(target * to.InputSize));
    }
}
