using System.Runtime.Intrinsics;

namespace AkkaLstm.Wire.Tensors;

/// <summary>
/// float32 to bfloat16 and back. Narrowing rounds to nearest, ties to even, in integer arithmetic, so it gives the
/// same bits everywhere; widening is exact. Denormals are kept; a NaN stays one (made quiet, sign and upper payload
/// kept).
/// </summary>
public static class BFloat16
{
    /// <summary>Bytes of a value.</summary>
    public const int Size = sizeof(ushort);

    private const uint Infinity = 0x7F80_0000;
    private const uint Magnitude = 0x7FFF_FFFF;
    private const uint HalfMinusOne = 0x7FFF;
    private const uint Quiet = 0x0040_0000;

    /// <summary>Rounds values.</summary>
    /// <param name="source">(N) values.</param>
    /// <param name="destination">(N) upper halves.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Narrow(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        RequireSameLength(source.Length, destination.Length);
        int i = 0;
        for (; i <= source.Length - (2 * Vector256<float>.Count); i += 2 * Vector256<float>.Count)
        {
            Vector256<uint> lower = Rounded(Vector256.Create(source[i..]).AsUInt32());
            Vector256<uint> upper = Rounded(Vector256.Create(source[(i + Vector256<float>.Count)..]).AsUInt32());
            Vector256.Narrow(lower, upper).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
            destination[i] = Narrow(source[i]);
    }

    /// <summary>Rounds a value: the definition that the vectors are held against.</summary>
    public static ushort Narrow(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & Magnitude) > Infinity
            ? (ushort)((bits | Quiet) >> 16)
            : (ushort)((bits + HalfMinusOne + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Turns values back into float32, exactly.</summary>
    /// <param name="source">(N) upper halves.</param>
    /// <param name="destination">(N) values.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Widen(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        RequireSameLength(source.Length, destination.Length);
        int i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Create(source[i..]));
            Vector256.ShiftLeft(lower, 16).AsSingle().CopyTo(destination[i..]);
            Vector256.ShiftLeft(upper, 16).AsSingle().CopyTo(destination[(i + Vector256<float>.Count)..]);
        }

        for (; i < source.Length; i++)
            destination[i] = Widen(source[i]);
    }

    /// <summary>Turns a value back into float32, exactly.</summary>
    public static float Widen(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    private static Vector256<uint> Rounded(Vector256<uint> bits)
    {
        Vector256<uint> odd = Vector256.ShiftRightLogical(bits, 16) & Vector256<uint>.One;
        Vector256<uint> rounded = bits + Vector256.Create(HalfMinusOne) + odd;
        Vector256<uint> isNaN = Vector256.GreaterThan(bits & Vector256.Create(Magnitude), Vector256.Create(Infinity));
        Vector256<uint> quiet = bits | Vector256.Create(Quiet);
        return Vector256.ShiftRightLogical(Vector256.ConditionalSelect(isNaN, quiet, rounded), 16);
    }

    private static void RequireSameLength(int source, int destination)
    {
        if (source != destination)
            throw new ArgumentException($"there are {source} values and room for {destination}", nameof(destination));
    }
}
