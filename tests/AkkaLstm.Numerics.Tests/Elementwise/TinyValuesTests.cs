using System.Runtime.Intrinsics;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Tests.Elementwise;

public class TinyValuesTests
{
    [Theory]
    [InlineData(8.0e-25f, 0f)]
    [InlineData(-8.0e-25f, 0f)]
    [InlineData(float.Epsilon, 0f)]
    [InlineData(0f, 0f)]
    [InlineData(8.4e-25f, 8.4e-25f)]
    [InlineData(-8.4e-25f, -8.4e-25f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Flush_BelowTheThreshold_IsZeroAndTheRestStays(float x, float expected)
    {
        Assert.Equal(expected, TinyValues.Flush<Simd128, Vector128<float>>(Vector128.Create(x), TinyValues.ActivationGradient)[1]);
        Assert.Equal(expected, TinyValues.Flush<Simd256, Vector256<float>>(Vector256.Create(x), TinyValues.ActivationGradient)[3]);
        Assert.Equal(expected, TinyValues.Flush<Simd512, Vector512<float>>(Vector512.Create(x), TinyValues.ActivationGradient)[5]);
    }

    [Fact]
    public void Thresholds_AsDocumented_ArePowersOfTwo()
    {
        Assert.Equal(TinyValues.ActivationGradient, MathF.ScaleB(1, -80));
        Assert.Equal(TinyValues.Moment, MathF.ScaleB(1, -100));
    }
}
