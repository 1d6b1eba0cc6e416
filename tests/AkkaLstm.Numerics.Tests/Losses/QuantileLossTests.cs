using AkkaLstm.Numerics.Losses;
using AkkaLstm.Numerics.Tests.Elementwise;

namespace AkkaLstm.Numerics.Tests.Losses;

public sealed class QuantileLossTests
{
    private static readonly float[] Quantiles = [0.1f, 0.5f, 0.75f];

    [Fact]
    public void ForwardBackward_OfAnyOutputSize_FollowsTheTwin()
    {
        for (int size = 3; size <= 33; size += 3)
        {
            bool[] mask = [true, false, true, true];
            int ldc = size + 2;
            float[] outputs = TestNumbers.Normal(mask.Length * ldc, size);
            float[] targets = TestNumbers.Normal(mask.Length * size, size + 100);
            targets[0] = outputs[0];
            GuardedBuffer buffer = new(outputs);
            LossTotal total = new(1, 2, 3);
            QuantileLoss.ForwardBackward(buffer.Span, ldc, size, Quantiles, targets, mask, ref total);
            buffer.AssertGuardsIntact();
            double expected = 1;
            double[] d = new double[size];
            for (int r = 0; r < mask.Length; r++)
            {
                double[] y = Array.ConvertAll(outputs[(r * ldc)..((r * ldc) + size)], value => (double)value);
                double[] target = Array.ConvertAll(targets[(r * size)..((r + 1) * size)], value => (double)value);
                double loss = LossReference.Quantile(y, target, Array.ConvertAll(Quantiles, q => (double)q), d);
                expected += mask[r] ? loss : 0;
                for (int o = 0; o < size; o++)
                    Assert.Equal(mask[r] ? d[o] : 0, buffer.Span[(r * ldc) + o], 1e-6);
                TestNumbers.AssertSameBits(outputs.AsSpan((r * ldc) + size, 2), buffer.Span.Slice((r * ldc) + size, 2));
            }

            Assert.Equal(expected, total.Sum, 1e-6 * expected);
            Assert.Equal(2 + (3 * size), total.Count);
            Assert.Equal(3, total.Correct);
            LossTotal forward = new(1, 2, 3);
            QuantileLoss.Forward(outputs, ldc, size, Quantiles, targets, mask, ref forward);
            Assert.Equal(total, forward);
        }
    }

    [Fact]
    public void Twin_CentralDifferences_AgreeWithItsGradient()
    {
        double[] y = [0.3, -1.2, 0.8, 2.1, 0.05, -0.4];
        double[] target = [0.5, -1.4, 0.1, 2.6, -0.3, 0.2];
        double[] quantiles = [0.1, 0.5, 0.9];
        double[] d = new double[6];
        LossReference.Quantile(y, target, quantiles, d);
        for (int o = 0; o < y.Length; o++)
        {
            double[] up = [.. y];
            double[] down = [.. y];
            up[o] += 1e-4;
            down[o] -= 1e-4;
            double slope = (LossReference.Quantile(up, target, quantiles, new double[6])
                - LossReference.Quantile(down, target, quantiles, new double[6])) / 2e-4;
            Assert.Equal(slope, d[o], 1e-9);
        }
    }

    [Theory]
    [InlineData(0.1f, 10)]
    [InlineData(0.5f, 50)]
    [InlineData(0.9f, 90)]
    public void ForwardBackward_OverAHundredTargets_IsFlatAtTheirQuantile(float quantile, int expected)
    {
        // Targets 0..99 and one output for all: the gradient sum changes its sign at the quantile.
        float[] targets = [.. Enumerable.Range(0, 100).Select(i => (float)i)];
        bool[] mask = [.. Enumerable.Repeat(true, 100)];
        Assert.True(Slope(expected - 1.5f) < -1e-4f);
        Assert.True(Math.Abs(Slope(expected - 0.5f)) < 1e-3f);
        Assert.True(Slope(expected + 0.5f) > 1e-4f);

        float Slope(float y)
        {
            float[] outputs = [.. Enumerable.Repeat(y, 100)];
            LossTotal total = default;
            QuantileLoss.ForwardBackward(outputs, 1, 1, [quantile], targets, mask, ref total);
            return outputs.Sum();
        }
    }

    [Fact]
    public void Forward_WithSizesThatDoNotFit_Throws()
    {
        LossTotal total = default;
        Assert.Throws<ArgumentException>(
            () => QuantileLoss.Forward(new float[4], 2, 2, [0.1f, 0.5f, 0.9f], new float[4], new bool[2], ref total));
        Assert.Throws<ArgumentException>(() => QuantileLoss.Forward(new float[4], 2, 2, [], new float[4], new bool[2], ref total));
        Assert.Throws<ArgumentException>(() => QuantileLoss.Forward(new float[3], 2, 2, [0.5f], new float[4], new bool[2], ref total));
    }
}
