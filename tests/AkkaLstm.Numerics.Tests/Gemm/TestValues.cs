namespace AkkaLstm.Numerics.Tests.Gemm;

/// <summary>Random numbers and comparisons of the product tests.</summary>
internal static class TestValues
{
    public static float[] Random(int length, int seed)
    {
        var random = new System.Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)(random.NextDouble() * 2 - 1);
        return values;
    }

    /// <summary>
    /// Each of K roundings is at most 2^-24 of a partial sum of random signs, which is of the order of sqrt(K).
    /// </summary>
    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, int depth, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double tolerance = (depth + 1) * Math.Sqrt(depth) * Math.Pow(2, -24);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{what} [{i}]: {actual[i]:R} is not {expected[i]:R}");
    }

    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                $"{what} [{i}]: {actual[i]:R} is not {expected[i]:R} to the bit");
        }
    }
}
