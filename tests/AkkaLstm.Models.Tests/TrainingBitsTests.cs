using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.Tests;

/// <summary>
/// Some whole training steps end in parameters whose hash is written down here, so that a machine with another
/// vector width, or a run with DOTNET_EnableAVX512=0 or DOTNET_EnableAVX2=0, fails if it computes other bits.
/// </summary>
public class TrainingBitsTests
{
    private const int ShardCount = 4;
    private const int LanesPerShard = 2;
    private const int StepCount = 4;

    [Theory]
    [InlineData("tokens-dropout-everywhere", OptimizerKind.Sgd, "96ff95b80a44f599")]
    [InlineData("tokens-ce-2", OptimizerKind.Adam, "9d1ff4eced060a1d")]
    [InlineData("values-mse-2", OptimizerKind.RmsProp, "f9868ef2dca240ba")]
    [InlineData("cell-Rnn", OptimizerKind.Sgd, "b5185db891325ffb")]
    [InlineData("cell-Gru", OptimizerKind.Sgd, "a49ec89bf24d92c4")]
    [InlineData("cell-GruOriginal", OptimizerKind.Sgd, "e1ff37cc0485ffbe")]
    [InlineData("cell-LstmCoupled", OptimizerKind.Sgd, "a206a01541178471")]
    [InlineData("cell-LstmPeephole", OptimizerKind.Sgd, "bd7f3e0ebaa49bf2")]
    [InlineData("cell-LstmProjected", OptimizerKind.Sgd, "e325d3b692437ad7")]
    [InlineData("cell-Leaky", OptimizerKind.Sgd, "ba2cad4d813909de")]
    [InlineData("cell-LstmLayernorm", OptimizerKind.Sgd, "28793856f117fd98")]
    [InlineData("cell-LstmFgr", OptimizerKind.Sgd, "9e4d8213620411ce")]
    [InlineData("cell-LstmDepthGated", OptimizerKind.Sgd, "cdc5d1c2194ab96e")]
    [InlineData("cell-Clockwork", OptimizerKind.Sgd, "832dd495a7fc7137")]
    [InlineData("cell-Esn", OptimizerKind.Sgd, "b59a1ce2ec937be0")]
    [InlineData("cell-GridLstm", OptimizerKind.Sgd, "7bf9d1aa0bcc091b")]
    [InlineData("tokens-both-dropout", OptimizerKind.Sgd, "c3aa52acb185e135")]
    [InlineData("tokens-both-whole", OptimizerKind.Sgd, "f11bdd043b970a33")]
    [InlineData("tokens-all-regularized", OptimizerKind.Sgd, "ec7ed3b8df579197")]
    [InlineData("tokens-attention-regularized", OptimizerKind.Sgd, "995ca5d3ba47ae09")]
    [InlineData("tokens-both-whole-attention", OptimizerKind.Adam, "8339d23285d2511b")]
    public void Train_AnyGroupingAndServers_HasTheHashOfEveryMachine(string name, OptimizerKind optimizer, string hashStart)
    {
        ModelSpec small = TestModels.Named(name);
        ModelSpec spec = small with { HiddenSize = 37, EmbeddingSize = small.EmbeddingSize == 0 ? 0 : 19 };
        foreach ((int[] groups, int serverCount) in ((int[], int)[])[([4], 1), ([1, 1, 1, 1], 3), ([2, 1, 1], 2)])
        {
            float[] parameters = Train(spec, new OptimizerSpec { Kind = optimizer }, groups, serverCount);
            string hash = ParameterLayout.For(spec).Hash(parameters);
            Assert.StartsWith(hashStart, hash, StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Parameters after some steps of workers that compute the given groups of shards, with state carried from step
    /// to step.
    /// </summary>
    private static float[] Train(ModelSpec spec, OptimizerSpec optimizer, int[] groups, int serverCount)
    {
        var layout = ParameterLayout.For(spec);
        float[][] buffers = [new float[layout.TotalLength], new float[layout.TotalLength]];
        Initializer.Fill(layout, new InitOptions { ForgetBias = 1 }, seed: 3, buffers[0]);
        OptimizerState[] servers = [.. layout.Split(serverCount).Select(slice => new OptimizerState(
            optimizer, layout, slice, buffers[0].AsMemory(slice.Start, slice.Length), buffers[1].AsMemory(slice.Start, slice.Length)))];
        ModelStep[] workers = [.. groups.Select(count => new ModelStep(spec, 5, count * LanesPerShard))];
        float[] carry = new float[ShardCount * LanesPerShard * spec.CarryLength];
        for (int n = 0; n < StepCount; n++)
        {
            SequenceBatch whole = PhiloxBatch(spec, n);
            var parts = new List<GradientPart>();
            int shard = 0;
            for (int g = 0; g < groups.Length; g++)
            {
                SequenceBatch part = TestModels.LanesOf(spec, whole, shard * LanesPerShard, groups[g] * LanesPerShard);
                Span<float> own = carry.AsSpan(shard * LanesPerShard * spec.CarryLength, workers[g].CarryLengthOf(part));
                workers[g].Weights.Load(buffers[n % 2], new StepKey(3, n));
                workers[g].ForwardBackward(part, groups[g], new StepKey(3, n), own);
                workers[g].CarryOut.CopyTo(own);
                parts.Add(new GradientPart(shard, groups[g], workers[g].Gradient));
                shard += groups[g];
            }

            foreach (OptimizerState server in servers)
            {
                var reduced = new ReducedSlice(layout, server.Slice);
                GradientTree.Reduce([.. parts], ShardCount, reduced);
                server.Apply(reduced, new UpdateScalars(n, LearningRate: 0.05f, GradientScale: 1f / 32));
            }
        }

        return buffers[StepCount % 2];
    }

    /// <summary>
    /// A window made by the project's own generator: System.Random's numbers are no part of a written-down hash.
    /// </summary>
    private static SequenceBatch PhiloxBatch(ModelSpec spec, int step)
    {
        const int lanes = ShardCount * LanesPerShard;
        var random = new Numerics.Random.RandomKey(5, Numerics.Random.RandomPurpose.SyntheticData, step).OpenStream();
        SequenceBatch batch = TestModels.EmptyBatch(spec, 5, lanes);
        batch.Reshape(5, 0, lanes);
        for (int i = 0; i < batch.Tokens.Length; i++)
            batch.Tokens[i] = random.NextInt32(spec.InputSize);
        for (int i = 0; i < batch.TargetClasses.Length; i++)
            batch.TargetClasses[i] = random.NextInt32(spec.OutputSize + 1) - 1;
        random.FillUniform(batch.Values, -1, 1);
        random.FillUniform(batch.TargetValues, -1, 1);
        for (int i = 0; i < batch.TargetMask.Length; i++)
            batch.TargetMask[i] = random.NextInt32(4) > 0;
        batch.ResetsCarry[step] = true;
        return batch;
    }
}
