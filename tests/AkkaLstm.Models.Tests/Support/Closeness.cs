namespace AkkaLstm.Models.Tests.Support;

/// <summary>The distance of two tensors: max |a - b| / max |a|, where a is the expected one.</summary>
internal static class Closeness
{
    internal static double Of(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (double.IsNaN(expected[i]) || float.IsNaN(actual[i]))
                return double.PositiveInfinity;
            difference = Math.Max(difference, Math.Abs(expected[i] - actual[i]));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return difference == 0 ? 0 : difference / largest;
    }

    internal static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        double distance = Of(expected, actual);
        Assert.True(distance <= tolerance, $"{what}: max |a - b| / max |a| is {distance:E2}, over {tolerance:E0}");
    }
}

/// <summary>Equality of bits, not of values: zeros of different sign differ, equal NaNs do not.</summary>
internal static class BitEquality
{
    internal static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"element {i}: {expected[i]:R} and {actual[i]:R}");
        }
    }
}
