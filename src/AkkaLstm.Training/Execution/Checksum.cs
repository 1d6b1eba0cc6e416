using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AkkaLstm.Training.Execution;

/// <summary>A cheap checksum over the bits of parameters, to tell replicas that have diverged apart.</summary>
internal static class Checksum
{
    private const int LaneCount = 4;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <summary>
    /// A multiply-and-add hash in four lanes of 64 bits. The same on every machine of one byte order; it finds accidents, not attacks.
    /// </summary>
    public static ulong Of(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<float, ulong>(values);
        ReadOnlySpan<Vector256<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector256<ulong>>(words);
        Vector256<ulong> sum = Vector256.Create(1UL, 2UL, 3UL, 4UL);
        foreach (Vector256<ulong> vector in vectors)
        {
            // Adding and rotating: each word's place matters, and both are single instructions.
            sum = (Vector256.ShiftLeft(sum, 7) | Vector256.ShiftRightLogical(sum, 57)) + vector;
        }

        ulong total = (ulong)values.Length;
        for (int lane = 0; lane < LaneCount; lane++) total = (total * Multiplier) + sum[lane];
        foreach (float rest in values[(vectors.Length * 2 * LaneCount)..])
            total = (total * Multiplier) + BitConverter.SingleToUInt32Bits(rest);
        return total;
    }
}
