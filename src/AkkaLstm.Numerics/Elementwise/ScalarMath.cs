namespace AkkaLstm.Numerics.Elementwise;

/// <summary>
/// Functions of one double, made of correctly rounded operations only: what state-affecting code uses in place of <see cref="Math"/>,
/// whose transcendental functions differ between operating systems.
/// </summary>
public static class ScalarMath
{
    private const double SquareRootOfHalf = 0.70710678118654752;
    private const double Log2 = 0.69314718055994531;
    private const int MantissaWidth = 52;

    /// <summary>The natural logarithm, within 2 ULP; NaN for x &lt; 0, -infinity for 0.</summary>
    /// <remarks>
    /// x = 2^e m with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = (m - 1) / (m + 1), by the Taylor series: |s| is at most 0.172, so
    /// that the first omitted term is below 2^-60 of the sum.
    /// </remarks>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
            return x == 0 ? double.NegativeInfinity : x < 0 ? double.NaN : x;

        int exponent = 0;
        if (!double.IsNormal(x))
        {
            x *= 1L << MantissaWidth;
            exponent = -MantissaWidth;
        }

        long offset = BitConverter.DoubleToInt64Bits(x) - BitConverter.DoubleToInt64Bits(SquareRootOfHalf);
        exponent += (int)(offset >> MantissaWidth);
        double m = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(x) - (offset >> MantissaWidth << MantissaWidth));

        double f = m - 1;
        double s = f / (m + 1);
        double squared = s * s;
        double series = 0;
        for (int k = 23; k >= 3; k -= 2)
            series = Math.FusedMultiplyAdd(series, squared, 2.0 / k);

        // 2s = f - s f exactly; written so, the leading term f is exact.
        double low = s * Math.FusedMultiplyAdd(series, squared, -f);
        return Math.FusedMultiplyAdd(exponent, Log2, f + low);
    }

    /// <summary>x^n by repeated squaring; the rounding errors grow with log2 n for |x| near 1.</summary>
    /// <param name="x">The base.</param>
    /// <param name="n">The exponent, not negative; x^0 = 1.</param>
    public static double Power(double x, long n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        double result = 1;
        for (; n > 0; n >>= 1)
        {
            if ((n & 1) != 0)
                result *= x;
            x *= x;
        }

        return result;
    }

    /// <summary>cos(pi x) for x in [0, 1], within 1e-15: the shape of a cosine schedule.</summary>
    public static double CosPi(double x)
    {
        if (!(x >= 0 && x <= 1))
            throw new ArgumentOutOfRangeException(nameof(x), x, "must be in [0, 1]");

        // cos(pi x) = sin(pi y) with y = 1/2 - x; the Taylor series of the sine, to y^21 / 21!.
        double y = Math.PI * (0.5 - x);
        double squared = y * y;
        double series = 1;
        for (int k = 20; k >= 2; k -= 2)
            series = 1 - (series * squared / (k * (k + 1)));
        return y * series;
    }
}
