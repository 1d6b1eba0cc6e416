using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Tests.Gradients;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Optimization;

namespace AkkaLstm.Models.Tests.Optimizers;

public class OptimizerStateTests
{
    private static readonly ParameterLayout Layout = GradientTreeTests.Layout;

    public static TheoryData<OptimizerKind> Kinds => [.. Enum.GetValues<OptimizerKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_SeveralSteps_IsTheFormulaForEveryParameterTouchedOrNot(OptimizerKind kind)
    {
        var spec = SpecOf(kind);
        float[] start = TestModels.RandomFloats(Layout.TotalLength, seed: 1);
        var state = new OptimizerState(spec, Layout, Layout.Whole);
        state.Restore(start, []);
        double[] expected = TestModels.ToDouble(start);
        double[] first = new double[start.Length];
        double[] second = new double[start.Length];
        var random = new Random(2);
        for (int step = 0; step < 4; step++)
        {
            ReducedSlice reduced = Reduce([GradientTreeTests.RandomGradient(random)], Layout.Whole);
            state.Apply(reduced, new UpdateScalars(step, LearningRate: 0.125f, GradientScale: 0.25f));
            float[] gradient = ModelStep.Flatten(reduced.Gradient);
            for (int i = 0; i < expected.Length; i++)
                expected[i] = Next(spec, expected[i], 0.25 * gradient[i], ref first[i], ref second[i], step + 1);
        }

        float[] actual = state.Current.ToArray();
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 2e-5 + (2e-5 * Math.Abs(expected[i])));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_AnyShardGroupingAndServers_GivesTheSameParameters(OptimizerKind kind)
    {
        var spec = SpecOf(kind);
        float[] start = TestModels.RandomFloats(Layout.TotalLength, seed: 3);
        string? hash = null;
        foreach (int serverCount in (int[])[1, 2, 3, 5, 200])
        {
            var random = new Random(4);
            float[] firstBuffer = new float[Layout.TotalLength];
            float[] secondBuffer = new float[Layout.TotalLength];
            OptimizerState[] servers = [.. Layout.Split(serverCount).Select(slice => new OptimizerState(
                spec, Layout, slice, firstBuffer.AsMemory(slice.Start, slice.Length), secondBuffer.AsMemory(slice.Start, slice.Length)))];
            foreach (OptimizerState server in servers)
                server.Restore(start.AsSpan(server.Slice.Start, server.Slice.Length), []);
            for (int step = 0; step < 4; step++)
            {
                Gradient[] shards = [.. Enumerable.Range(0, 4).Select(_ => GradientTreeTests.RandomGradient(random))];
                foreach (OptimizerState server in servers)
                    server.Apply(Reduce(shards, server.Slice), new UpdateScalars(step, 0.1f, 0.5f), threads: server.Slice.Index + 1);
            }

            // Four updates: the first buffer is current again, and it is whole.
            foreach (OptimizerState server in servers)
                Assert.True(server.Current.Span == firstBuffer.AsSpan(server.Slice.Start, server.Slice.Length));
            hash ??= Layout.Hash(firstBuffer);
            Assert.Equal(hash, Layout.Hash(firstBuffer));
        }
    }

    [Fact]
    public void Apply_RestoredInBetween_GoesOnAsIfNothingHadHappened()
    {
        foreach (OptimizerKind kind in Enum.GetValues<OptimizerKind>())
        {
            var spec = SpecOf(kind);
            var whole = new OptimizerState(spec, Layout, Layout.Whole);
            whole.Restore(TestModels.RandomFloats(Layout.TotalLength, seed: 3), []);
            var random = new Random(6);
            OptimizerState restored = whole;
            for (int step = 0; step < 5; step++)
            {
                if (step == 3)
                {
                    restored = new OptimizerState(spec, Layout, Layout.Whole);
                    restored.Restore(whole.Current.Span, [.. whole.Moments.Select(moment => (ReadOnlyMemory<float>)moment.ToArray())]);
                }

                ReducedSlice reduced = Reduce([GradientTreeTests.RandomGradient(random)], Layout.Whole);
                whole.Apply(reduced, new UpdateScalars(step, 0.1f, 1f));
                if (restored != whole)
                    restored.Apply(reduced, new UpdateScalars(step, 0.1f, 1f));
            }

            Assert.NotSame(whole, restored);
            BitEquality.AssertSame(whole.Current.Span, restored.Current.Span);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Restore_AfterSomeSteps_ForgetsThem(OptimizerKind kind)
    {
        float[] start = TestModels.RandomFloats(Layout.TotalLength, seed: 3);
        var random = new Random(6);
        ReducedSlice[] steps = [.. Enumerable.Range(0, 3).Select(_ => Reduce([GradientTreeTests.RandomGradient(random)], Layout.Whole))];
        var used = new OptimizerState(SpecOf(kind), Layout, Layout.Whole);
        used.Restore(TestModels.RandomFloats(Layout.TotalLength, seed: 4), []);
        used.Apply(steps[2], new UpdateScalars(0, 0.1f, 1f));
        used.Restore(start, []);
        var fresh = new OptimizerState(SpecOf(kind), Layout, Layout.Whole);
        fresh.Restore(start, []);
        for (int step = 0; step < 2; step++)
        {
            used.Apply(steps[step], new UpdateScalars(step, 0.1f, 1f));
            fresh.Apply(steps[step], new UpdateScalars(step, 0.1f, 1f));
            BitEquality.AssertSame(fresh.Current.Span, used.Current.Span);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_NextBuffer_LeavesTheStepBeforeReadable(OptimizerKind kind)
    {
        var state = new OptimizerState(SpecOf(kind), Layout, Layout.Whole);
        float[] start = TestModels.RandomFloats(Layout.TotalLength, seed: 3);
        state.Restore(start, []);
        ReadOnlyMemory<float> before = state.Current;
        state.Apply(Reduce([GradientTreeTests.RandomGradient(new Random(1))], Layout.Whole), new UpdateScalars(0, 0.1f, 1f));
        BitEquality.AssertSame(start, before.Span);
        Assert.False(before.Span == state.Current.Span);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_OnceWarm_AllocatesNothing(OptimizerKind kind)
    {
        var state = new OptimizerState(SpecOf(kind), Layout, Layout.Whole);
        ReducedSlice reduced = Reduce([GradientTreeTests.RandomGradient(new Random(1))], Layout.Whole);
        state.Apply(reduced, new UpdateScalars(0, 0.1f, 1f));
        long before = GC.GetAllocatedBytesForCurrentThread();
        state.Apply(reduced, new UpdateScalars(1, 0.1f, 1f));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Validate_BadConstant_NamesItAndTheRemedy()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(
            () => new OptimizerSpec { Kind = OptimizerKind.Adam, Beta2 = 1 }.Validate());
        Assert.Equal("Beta2 is 1: give a number from 0 up to, not including, 1.", e.Message);
        Assert.Throws<ArgumentException>(() => new OptimizerSpec { Kind = OptimizerKind.Adam, Epsilon = 0 }.Validate());
        Assert.Throws<ArgumentException>(() => new OptimizerSpec { Kind = (OptimizerKind)77 }.Validate());
        Assert.Throws<ArgumentException>(() => new OptimizerSpec { Kind = OptimizerKind.Sgd, WeightDecay = 0.1f }.Validate());
    }

    private static OptimizerSpec SpecOf(OptimizerKind kind) =>
        new() { Kind = kind, WeightDecay = kind == OptimizerKind.AdamW ? 0.01f : 0 };

    private static ReducedSlice Reduce(Gradient[] shards, ParameterSlice slice)
    {
        var reduced = new ReducedSlice(Layout, slice);
        GradientTree.Reduce([.. shards.Select((gradient, shard) => new GradientPart(shard, 1, gradient))], shards.Length, reduced);
        return reduced;
    }

    private static double Next(OptimizerSpec spec, double p, double g, ref double first, ref double second, long step)
    {
        const double rate = 0.125;
        double decay = spec.Kind == OptimizerKind.AdamW ? spec.WeightDecay : 0;
        return spec.Kind switch
        {
            OptimizerKind.Sgd => OptimizerReference.Sgd(p, g, rate),
            OptimizerKind.Momentum => OptimizerReference.Momentum(p, g, ref first, rate, spec.Momentum),
            OptimizerKind.RmsProp => OptimizerReference.RmsProp(p, g, ref first, rate, spec.Smoothing, spec.Epsilon),
            _ => OptimizerReference.Adam(
                p, g, ref first, ref second, step, rate, spec.Beta1, spec.Beta2, spec.Epsilon, decay),
        };
    }
}
