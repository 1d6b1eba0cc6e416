namespace AkkaLstm.Training.Execution;

/// <summary>
/// A cheap checksum over a sample of parameters' bits, to tell replicas that have diverged apart. The norm of
/// every gradient reaches all parameters, so replicas that differ do so nearly everywhere; a sample finds it,
/// and reading all would cost as much as the update itself.
/// </summary>
internal static class Checksum
{
    /// <summary>Floats of a cache line, which is read whole or not at all.</summary>
    private const int LineLength = 16;

    /// <summary>One line of so many is read.</summary>
    private const int LineStride = 16;

    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <summary>
    /// A multiply-and-add hash over every 16th line of 16 floats; the same on every machine. It finds
    /// accidents, not attacks.
    /// </summary>
    public static ulong Of(ReadOnlySpan<float> values)
    {
        ulong sum = (ulong)values.Length;
        for (int start = 0; start < values.Length; start += LineLength * LineStride)
        {
            foreach (float value in values.Slice(start, Math.Min(LineLength, values.Length - start)))
                sum = (sum * Multiplier) + BitConverter.SingleToUInt32Bits(value);
        }

        return sum;
    }
}
