using AkkaLstm.Numerics.Optimization;
using AkkaLstm.Numerics.Simd;
using AkkaLstm.Numerics.Tests.Elementwise;

namespace AkkaLstm.Numerics.Tests.Optimization;

public sealed class OptimizerKernelsTests
{
    private const float Scale = 0.125f;
    private const float LearningRate = 0.01f;
    private const int StepCount = 5;

    [Fact]
    public void Sgd_OfEveryLength_FollowsTheTwin() =>
        CheckEveryLength(
            0,
            (_, p, d, _, _, next, path) =>
                OptimizerKernels.Update(p, d, default, default, next, new SgdRule(Scale, LearningRate), path),
            (_, p, g, _) => OptimizerReference.Sgd(p, g, LearningRate));

    [Fact]
    public void Momentum_OfEveryLength_FollowsTheTwin() =>
        CheckEveryLength(
            1,
            (_, p, d, v, _, next, path) =>
                OptimizerKernels.Update(p, d, v, default, next, new MomentumRule(Scale, LearningRate, 0.9f), path),
            (_, p, g, state) => OptimizerReference.Momentum(p, g, ref state[0], LearningRate, 0.9f));

    [Fact]
    public void RmsProp_OfEveryLength_FollowsTheTwin() =>
        CheckEveryLength(
            1,
            (_, p, d, s, _, next, path) =>
                OptimizerKernels.Update(p, d, s, default, next, new RmsPropRule(Scale, LearningRate, 0.99f, 1e-8f), path),
            (_, p, g, state) => OptimizerReference.RmsProp(p, g, ref state[0], LearningRate, 0.99f, 1e-8f));

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.01)]
    public void Adam_OfEveryLength_FollowsTheTwin(double weightDecay) =>
        CheckEveryLength(
            2,
            (step, p, d, m, s, next, path) => OptimizerKernels.Update(
                p, d, m, s, next, new AdamRule(Scale, new(step, LearningRate, 0.9, 0.999, 1e-8, weightDecay)), path),
            (step, p, g, state) => OptimizerReference.Adam(
                p, g, ref state[0], ref state[1], step, LearningRate, 0.9, 0.999, 1e-8, weightDecay));

    [Fact]
    public void Adam_FirstStep_MovesByTheLearningRateAgainstTheSign()
    {
        // With both moments corrected, the first step of Adam is lr * g / (|g| + eps), whatever the gradient's size.
        float[] p = [1, 1, 1];
        float[] next = new float[3];
        OptimizerKernels.Adam(
            p, [1e-3f, -7, 40], new float[3], new float[3], next, 1, new AdamScalars(1, 0.1, 0.9, 0.999, 1e-8, 0));
        Assert.Equal(0.9f, next[0], 1e-5f);
        Assert.Equal(1.1f, next[1], 1e-6f);
        Assert.Equal(0.9f, next[2], 1e-6f);
    }

    [Fact]
    public void PublicUpdates_ReadCurrentAndWriteNext()
    {
        float[] p = [1, 2];
        float[] d = [4, 8];
        float[] next = new float[2];
        OptimizerKernels.Sgd(p, d, next, 0.5f, 0.5f);
        Assert.Equal([0, 0], next);
        float[] velocity = [2, 0];
        OptimizerKernels.Momentum(p, d, velocity, next, 0.5f, 0.25f, 0.5f);
        Assert.Equal([3, 4], velocity);
        Assert.Equal([0.25f, 1], next);
        float[] meanSquare = [0, 0];
        OptimizerKernels.RmsProp(p, d, meanSquare, next, 0.5f, 0.5f, 0.75f, 0);
        Assert.Equal([1, 4], meanSquare);
        Assert.Equal([0, 1], next);
        Assert.Equal([1, 2], p);
        OptimizerKernels.Sgd(p, d, p, 0.5f, 0.5f);
        Assert.Equal([0, 0], p);
    }

    [Fact]
    public void Sgd_WithOverlapOrWrongLengths_Throws()
    {
        float[] buffer = new float[9];
        float[] other = new float[8];
        Assert.Throws<ArgumentException>(() => OptimizerKernels.Sgd(buffer.AsSpan(0, 8), other, buffer.AsSpan(1, 8), 1, 1));
        Assert.Throws<ArgumentException>(() => OptimizerKernels.Sgd(other, buffer.AsSpan(0, 8), buffer.AsSpan(0, 8), 1, 1));
        Assert.Throws<ArgumentException>(() => OptimizerKernels.Sgd(other, buffer, other, 1, 1));
        Assert.Throws<ArgumentException>(() => OptimizerKernels.Momentum(other, buffer.AsSpan(0, 8), [], new float[8], 1, 1, 1));
    }

    [Fact]
    public void AdamScalars_AfterManySteps_HaveNoCorrectionLeft()
    {
        AdamScalars scalars = new(long.MaxValue, 0.1, 0.9, 0.999, 1e-8, 0);
        Assert.Equal(0.1f, scalars.StepSize);
        Assert.Equal(1f, scalars.RootCorrection);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamScalars(0, 0.1, 0.9, 0.999, 1e-8, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamScalars(1, 0.1, 1.0, 0.999, 1e-8, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamScalars(1, 0.1, 0.9, double.NaN, 1e-8, 0));
    }

    private delegate void FastUpdate(
        int step, ReadOnlySpan<float> p, ReadOnlySpan<float> d, Span<float> first, Span<float> second, Span<float> next, SimdPath path);

    private delegate double TwinUpdate(int step, double p, double g, double[] state);

    private static void CheckEveryLength(int stateCount, FastUpdate fast, TwinUpdate twin)
    {
        for (int length = 0; length <= 70; length++)
        {
            float[] first = Run(length, stateCount, fast, SimdPath.Portable);
            TestNumbers.AssertSameBits(first, Run(length, stateCount, fast, SimdPath.Avx2));
            TestNumbers.AssertSameBits(first, Run(length, stateCount, fast, SimdPath.Avx512));
            for (int i = 0; i < length; i++)
            {
                double p = TestNumbers.Normal(length, 6)[i];
                double[] state = new double[2];
                for (int step = 1; step <= StepCount; step++)
                    p = twin(step, p, (double)Scale * TestNumbers.Normal(length, 6 + step)[i], state);
                Assert.True(Math.Abs(p - first[i]) <= 3e-6 * (1 + Math.Abs(p)), $"length {length}, {i}: {first[i]:R}, twin {p:R}");
            }
        }
    }

    private static float[] Run(int length, int stateCount, FastUpdate fast, SimdPath path)
    {
        GuardedBuffer current = new(TestNumbers.Normal(length, 6));
        GuardedBuffer next = new(length);
        GuardedBuffer first = new(stateCount > 0 ? length : 0);
        GuardedBuffer second = new(stateCount > 1 ? length : 0);
        for (int step = 1; step <= StepCount; step++)
        {
            GuardedBuffer d = new(TestNumbers.Normal(length, 6 + step));
            fast(step, current.Span, d.Span, first.Span, second.Span, next.Span, path);
            (current, next) = (next, current);
        }

        current.AssertGuardsIntact();
        next.AssertGuardsIntact();
        first.AssertGuardsIntact();
        second.AssertGuardsIntact();
        return current.Span.ToArray();
    }
}
