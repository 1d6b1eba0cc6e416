using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Numerics.Tests.Elementwise;

public sealed class ScalarMathTests
{
    [Fact]
    public void Log_OverTheWholeRange_IsWithinTwoUlp()
    {
        RandomStream stream = new RandomKey(5, RandomPurpose.SyntheticData).OpenStream();
        for (int i = 0; i < 500_000; i++)
        {
            long bits = ((long)stream.NextUInt32() << 31) | (stream.NextUInt32() >> 1);
            double x = BitConverter.Int64BitsToDouble(bits & long.MaxValue);
            if (!double.IsFinite(x))
                continue;
            AssertLogIsClose(x);
            AssertLogIsClose(0.5 + stream.NextDouble());
        }
    }

    [Fact]
    public void Log_OfSpecialValues_IsRight()
    {
        Assert.Equal(0.0, ScalarMath.Log(1));
        Assert.Equal(double.NegativeInfinity, ScalarMath.Log(0));
        Assert.Equal(double.NegativeInfinity, ScalarMath.Log(-0.0));
        Assert.Equal(double.PositiveInfinity, ScalarMath.Log(double.PositiveInfinity));
        Assert.True(double.IsNaN(ScalarMath.Log(-1)));
        Assert.True(double.IsNaN(ScalarMath.Log(double.NegativeInfinity)));
        Assert.True(double.IsNaN(ScalarMath.Log(double.NaN)));
        AssertLogIsClose(double.Epsilon);
        AssertLogIsClose(double.MaxValue);
    }

    [Theory]
    [InlineData(0.9, 1)]
    [InlineData(0.999, 1_000)]
    [InlineData(0.9999999, 30_000_000)]
    [InlineData(0.5, 0)]
    [InlineData(0.0, 0)]
    [InlineData(0.9, long.MaxValue)]
    public void Power_IsCloseToTheExactOne(double x, long n) =>
        Assert.True(Math.Abs(ScalarMath.Power(x, n) - Math.Pow(x, n)) <= 1e-8 * Math.Pow(x, n));

    [Fact]
    public void CosPi_OverItsRange_IsWithin1e15()
    {
        for (int i = 0; i <= 100_000; i++)
        {
            double x = i / 100_000.0;
            Assert.True(Math.Abs(ScalarMath.CosPi(x) - Math.Cos(Math.PI * x)) <= 1e-15, $"{x:R}");
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => ScalarMath.CosPi(1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScalarMath.CosPi(double.NaN));
    }

    private static void AssertLogIsClose(double x)
    {
        double exact = Math.Log(x);
        double spacing = Math.BitIncrement(Math.Abs(exact)) - Math.Abs(exact);
        Assert.True(Math.Abs(ScalarMath.Log(x) - exact) <= 2 * spacing, $"{x:R}: {ScalarMath.Log(x):R}, {exact:R}");
    }
}
