using AkkaLstm.Numerics.Losses;
using AkkaLstm.Numerics.Tests.Elementwise;

namespace AkkaLstm.Numerics.Tests.Losses;

public sealed class SquaredErrorTests
{
    [Fact]
    public void ForwardBackward_OfAnyOutputSize_FollowsTheTwin()
    {
        for (int size = 1; size <= 33; size++)
        {
            bool[] mask = [true, false, true, true];
            int ldc = size + 2;
            float[] outputs = TestNumbers.Normal(mask.Length * ldc, size);
            float[] targets = TestNumbers.Normal(mask.Length * size, size + 100);
            GuardedBuffer buffer = new(outputs);
            LossTotal total = new(1, 2, 3);
            SquaredError.ForwardBackward(buffer.Span, ldc, size, targets, mask, ref total);
            buffer.AssertGuardsIntact();
            double expected = 1;
            double[] d = new double[size];
            for (int r = 0; r < mask.Length; r++)
            {
                double[] y = Array.ConvertAll(outputs[(r * ldc)..((r * ldc) + size)], value => (double)value);
                double[] target = Array.ConvertAll(targets[(r * size)..((r + 1) * size)], value => (double)value);
                double loss = LossReference.SquaredError(y, target, d);
                expected += mask[r] ? loss : 0;
                for (int o = 0; o < size; o++)
                    Assert.Equal(mask[r] ? d[o] : 0, buffer.Span[(r * ldc) + o], 1e-6);
                TestNumbers.AssertSameBits(outputs.AsSpan((r * ldc) + size, 2), buffer.Span.Slice((r * ldc) + size, 2));
            }

            Assert.Equal(expected, total.Sum, 1e-6 * expected);
            Assert.Equal(2 + (3 * size), total.Count);
            Assert.Equal(3, total.Correct);
            LossTotal forward = new(1, 2, 3);
            SquaredError.Forward(outputs, ldc, size, targets, mask, ref forward);
            Assert.Equal(total, forward);
        }
    }

    [Fact]
    public void Forward_WithSizesThatDoNotFit_Throws()
    {
        LossTotal total = default;
        Assert.Throws<ArgumentException>(() => SquaredError.Forward(new float[3], 2, 2, new float[4], new bool[2], ref total));
        Assert.Throws<ArgumentException>(() => SquaredError.Forward(new float[4], 2, 2, new float[3], new bool[2], ref total));
    }
}
