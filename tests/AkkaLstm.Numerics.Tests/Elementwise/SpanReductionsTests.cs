using AkkaLstm.Numerics.Elementwise;

namespace AkkaLstm.Numerics.Tests.Elementwise;

public sealed class SpanReductionsTests
{
    [Fact]
    public void SumOfSquares_OfEveryLength_IsTheDocumentedOrder_AndNearTheTwin()
    {
        for (int length = 0; length <= 256; length++)
        {
            GuardedBuffer x = new(TestNumbers.Normal(length, 3));
            double[] lanes = new double[16];
            for (int i = 0; i < length; i++)
                lanes[i % 16] += (double)x.Span[i] * x.Span[i];
            for (int half = 8; half > 0; half /= 2)
            {
                for (int i = 0; i < half; i++)
                    lanes[i] += lanes[i + half];
            }

            double actual = SpanReductions.SumOfSquares(x.Span);
            Assert.Equal(BitConverter.DoubleToInt64Bits(lanes[0]), BitConverter.DoubleToInt64Bits(actual));
            double twin = ElementwiseReference.SumOfSquares(x.Span);
            Assert.True(Math.Abs(actual - twin) <= 1e-14 * twin);
        }
    }

    [Fact]
    public void SumOfSquares_OfHugeValues_DoesNotOverflow() =>
        Assert.Equal(2 * (double)float.MaxValue * float.MaxValue, SpanReductions.SumOfSquares([float.MaxValue, float.MinValue]));

    [Fact]
    public void AllFinite_WithOneSpecialElement_IsFalse_WhereverItStands()
    {
        foreach (float special in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            for (int length = 1; length <= 40; length++)
            {
                for (int position = 0; position < length; position++)
                {
                    GuardedBuffer x = new(TestNumbers.Normal(length, 4));
                    Assert.True(SpanReductions.AllFinite(x.Span));
                    x.Span[position] = special;
                    Assert.False(SpanReductions.AllFinite(x.Span));
                }
            }
        }
    }

    [Fact]
    public void AllFinite_OfExtremesAndNothing_IsTrue()
    {
        Assert.True(SpanReductions.AllFinite([]));
        Assert.True(SpanReductions.AllFinite(
            [float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 0, -0f, 1, 2, float.MaxValue]));
    }
}
