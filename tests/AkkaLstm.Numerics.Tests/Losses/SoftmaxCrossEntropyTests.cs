using AkkaLstm.Numerics.Losses;
using AkkaLstm.Numerics.Simd;
using AkkaLstm.Numerics.Tests.Elementwise;

namespace AkkaLstm.Numerics.Tests.Losses;

public sealed class SoftmaxCrossEntropyTests
{
    public static TheoryData<int> ClassCounts()
    {
        TheoryData<int> counts = [];
        for (int v = 1; v <= 50; v++)
            counts.Add(v);
        foreach (int v in new[] { 255, 511, 1023, 1024, 1025, 1039, 2048, 3000, 10_000, 50_000 })
            counts.Add(v);
        return counts;
    }

    [Theory]
    [MemberData(nameof(ClassCounts))]
    public void ForwardBackward_OfAnyClassCount_FollowsTheTwin_OnEveryPath(int classCount)
    {
        const int Rows = 3;
        int ldc = classCount + 5;
        float[] logits = TestNumbers.Normal(Rows * ldc, classCount, standardDeviation: 4);
        int[] targets = [classCount / 2, SoftmaxCrossEntropy.IgnoredTarget, classCount - 1];
        double[] d = new double[classCount];
        double expectedLoss = 0;
        float[] first = [];
        LossTotal firstTotal = default;
        foreach (SimdPath path in TestNumbers.Paths)
        {
            GuardedBuffer buffer = new(logits);
            LossTotal total = default;
            SoftmaxCrossEntropy.ForwardBackward(buffer.Span, ldc, classCount, targets, ref total, path);
            buffer.AssertGuardsIntact();
            LossTotal forward = default;
            SoftmaxCrossEntropy.Forward(logits, ldc, classCount, targets, ref forward, path);
            Assert.Equal(total, forward);
            if (path == SimdPath.Portable)
                (first, firstTotal) = (buffer.Span.ToArray(), total);
            TestNumbers.AssertSameBits(first, buffer.Span);
            Assert.Equal(firstTotal, total);
        }

        long expectedCorrect = 0;
        for (int r = 0; r < Rows; r++)
        {
            double[] z = Array.ConvertAll(logits[(r * ldc)..((r * ldc) + classCount)], value => (double)value);
            if (targets[r] < 0)
            {
                Array.Clear(d);
            }
            else
            {
                expectedLoss += LossReference.SoftmaxCrossEntropy(z, targets[r], d);
                expectedCorrect += Array.IndexOf(z, z.Max()) == targets[r] ? 1 : 0;
            }

            for (int v = 0; v < classCount; v++)
                Assert.True(Math.Abs(d[v] - first[(r * ldc) + v]) <= 4e-7 * Math.Abs(d[v]) + 1e-7, $"row {r}, class {v}");
            TestNumbers.AssertSameBits(logits.AsSpan((r * ldc) + classCount, 5), first.AsSpan((r * ldc) + classCount, 5));
        }

        Assert.Equal(expectedLoss, firstTotal.Sum, 1e-6 * (1 + expectedLoss));
        Assert.Equal(2, firstTotal.Count);
        Assert.Equal(expectedCorrect, firstTotal.Correct);
    }

    [Fact]
    public void ForwardBackward_CutIntoCallsOfSomeRows_AddsUpToTheSameBits()
    {
        const int Rows = 12;
        const int V = 37;
        float[] logits = TestNumbers.Normal(Rows * V, 5);
        int[] targets = TestNumbers.Integers(Rows, V, 6);
        LossTotal whole = default;
        SoftmaxCrossEntropy.Forward(logits, V, V, targets, ref whole);
        LossTotal parts = default;
        for (int r = 0; r < Rows; r += 4)
            SoftmaxCrossEntropy.Forward(logits.AsSpan(r * V, 4 * V), V, V, targets.AsSpan(r, 4), ref parts);
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void ForwardBackward_OfLargeLogits_DoesNotOverflow()
    {
        float[] logits = [3e38f, -3e38f, 1000, 3e38f];
        LossTotal total = default;
        SoftmaxCrossEntropy.ForwardBackward(logits, 4, 4, [0], ref total);
        Assert.Equal([-0.5f, 0, 0, 0.5f], logits);
        Assert.Equal(Math.Log(2), total.Sum, 1e-12);
        Assert.Equal(1, total.Correct);
    }

    [Fact]
    public void Forward_OfEqualLogits_CountsTheFirstAsTheLargest()
    {
        LossTotal total = default;
        SoftmaxCrossEntropy.Forward([1, 1, 1, 1], 2, 2, [1, 0], ref total);
        Assert.Equal(1, total.Correct);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Forward_OfASpecialLogit_MakesTheLossNotFinite(float special)
    {
        float[] logits = new float[40];
        logits[33] = special;
        LossTotal total = default;
        SoftmaxCrossEntropy.Forward(logits, 40, 40, [7], ref total);
        Assert.False(double.IsFinite(total.Sum));
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(5)]
    public void ForwardBackward_OfATargetThatIsNoClass_ThrowsAndChangesNothing(int target)
    {
        float[] logits = new float[10];
        LossTotal total = default;
        Assert.Throws<ArgumentOutOfRangeException>(
            () => SoftmaxCrossEntropy.ForwardBackward(logits, 5, 5, [0, target], ref total));
        Assert.All(logits, value => Assert.Equal(0, value));
        Assert.Throws<ArgumentException>(() => SoftmaxCrossEntropy.ForwardBackward(logits, 5, 5, [0, 1, 2], ref total));
        Assert.Throws<ArgumentOutOfRangeException>(() => SoftmaxCrossEntropy.ForwardBackward(logits, 4, 5, [0], ref total));
    }
}
