namespace AkkaLstm.Numerics.Tests.Elementwise;

/// <summary>Distances in units in the last place of float32.</summary>
internal static class Ulp
{
    /// <summary>
    /// |actual - exact| in units of the float spacing at the exact value (2^-149 where that is denormal); 0 when both are NaN, both the
    /// same infinity, or the exact value rounds to the infinity that was given; infinite when only one of them is special.
    /// </summary>
    public static double Distance(float actual, double exact)
    {
        float rounded = (float)exact;
        if (float.IsNaN(actual) || float.IsNaN(rounded))
            return float.IsNaN(actual) && float.IsNaN(rounded) ? 0 : double.PositiveInfinity;
        if (!float.IsFinite(actual) || !float.IsFinite(rounded))
            return actual.Equals(rounded) ? 0 : double.PositiveInfinity;

        // Built from the bits of the double because the sweeps ask billions of times.
        int biased = (int)(BitConverter.DoubleToInt64Bits(exact) >> 52) & 0x7FF;
        int spacing = Math.Max(biased - 23, 1023 - 149);
        return Math.Abs(actual - exact) * BitConverter.Int64BitsToDouble((2046L - spacing) << 52);
    }
}
