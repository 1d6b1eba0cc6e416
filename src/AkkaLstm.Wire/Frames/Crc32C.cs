using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace AkkaLstm.Wire.Frames;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 B.4) by the processor's instruction where there is one. That instruction takes
/// three cycles and can begin one each cycle, so long inputs are cut into three lanes whose remainders are joined:
/// the remainder is linear, and a table says what a lane's length of zeros makes of it.
/// </summary>
public static class Crc32C
{
    /// <summary>The remainder of nothing, to begin with.</summary>
    public const uint Empty = 0;

    /// <summary>Bytes of a lane; a multiple of eight.</summary>
    internal const int LaneBytes = 2048;

    private static readonly uint[] PastLane = ShiftTable();

    /// <summary>The checksum of bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(Empty, bytes);

    /// <summary>The checksum of <paramref name="checksum"/>'s bytes followed by these.</summary>
    public static uint Append(uint checksum, ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> part in bytes)
            checksum = Append(checksum, part.Span);
        return checksum;
    }

    /// <summary>The checksum of <paramref name="checksum"/>'s bytes followed by these.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        uint crc = ~checksum;
        while (bytes.Length >= 3 * LaneBytes)
        {
            crc = ThreeLanes(crc, bytes[..LaneBytes], bytes[LaneBytes..(2 * LaneBytes)], bytes[(2 * LaneBytes)..]);
            bytes = bytes[(3 * LaneBytes)..];
        }

        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static uint ThreeLanes(
        uint first, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c)
    {
        uint second = 0, third = 0;
        for (int i = 0; i < LaneBytes; i += sizeof(ulong))
        {
            first = BitOperations.Crc32C(first, BinaryPrimitives.ReadUInt64LittleEndian(a[i..]));
            second = BitOperations.Crc32C(second, BinaryPrimitives.ReadUInt64LittleEndian(b[i..]));
            third = BitOperations.Crc32C(third, BinaryPrimitives.ReadUInt64LittleEndian(c[i..]));
        }

        return Shift(Shift(first) ^ second) ^ third;
    }

    /// <summary>The remainder after a lane's length of zeros.</summary>
    private static uint Shift(uint crc) =>
        PastLane[crc & 0xFF]
        ^ PastLane[256 + ((crc >> 8) & 0xFF)]
        ^ PastLane[512 + ((crc >> 16) & 0xFF)]
        ^ PastLane[768 + (crc >> 24)];

    private static uint[] ShiftTable()
    {
        // (byte of the remainder, its value): a sum of the remainders of single bits.
        var table = new uint[4 * 256];
        for (int bit = 0; bit < 32; bit++)
        {
            uint crc = 1u << bit;
            for (int i = 0; i < LaneBytes; i += sizeof(ulong))
                crc = BitOperations.Crc32C(crc, 0UL);
            for (int value = 0; value < 256; value++)
            {
                if ((value >> (bit % 8) & 1) == 1)
                    table[(bit / 8 * 256) + value] ^= crc;
            }
        }

        return table;
    }
}
