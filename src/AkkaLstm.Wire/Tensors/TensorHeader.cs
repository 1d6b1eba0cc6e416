using System.Buffers.Binary;
using AkkaLstm.Wire.Messages;

namespace AkkaLstm.Wire.Tensors;

/// <summary>One run of values of a bulk value.</summary>
/// <param name="Element">How its values travel.</param>
/// <param name="Length">Number of values.</param>
public readonly record struct TensorPartHeader(ElementType Element, int Length)
{
    /// <summary>Bytes of a value as it travels.</summary>
    public int ElementBytes => Element == ElementType.BFloat16 ? BFloat16.Size : sizeof(float);

    /// <summary>Bytes of the part as it travels.</summary>
    public long Bytes => (long)Length * ElementBytes;
}

/// <summary>What a transfer says of itself before its values come.</summary>
/// <param name="Id">The ticket's, see <see cref="PayloadTicket"/>.</param>
/// <param name="Parts">Its parts, in order; 1 to <see cref="MaxParts"/>.</param>
public sealed record TensorHeader(ulong Id, IReadOnlyList<TensorPartHeader> Parts)
{
    /// <summary>Parts of a transfer at most: parameters, moments, indices and the like.</summary>
    public const int MaxParts = 64;

    /// <summary>Values of a part at most: its bytes are counted by an int.</summary>
    public const int MaxPartLength = int.MaxValue / sizeof(float);

    private const int PrefixBytes = sizeof(ulong) + sizeof(int);
    private const int PartBytes = 2 * sizeof(int);

    /// <summary>Bytes of the values as they travel.</summary>
    public long Bytes => Parts.Sum(part => part.Bytes);

    /// <summary>Longest encoded header.</summary>
    internal static int MaxEncodedBytes => PrefixBytes + (MaxParts * PartBytes);

    internal byte[] Encode()
    {
        byte[] bytes = new byte[PrefixBytes + (Parts.Count * PartBytes)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Id);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(ulong)), Parts.Count);
        for (int i = 0; i < Parts.Count; i++)
        {
            Span<byte> part = bytes.AsSpan(PrefixBytes + (i * PartBytes));
            BinaryPrimitives.WriteInt32LittleEndian(part, Parts[i].Element == ElementType.BFloat16 ? 2 : 1);
            BinaryPrimitives.WriteInt32LittleEndian(part[sizeof(int)..], Parts[i].Length);
        }

        return bytes;
    }

    internal static TensorHeader Decode(ReadOnlySpan<byte> bytes, long maxTransferBytes)
    {
        int count = bytes.Length < PrefixBytes
            ? 0
            : BinaryPrimitives.ReadInt32LittleEndian(bytes[sizeof(ulong)..]);
        if (count is < 1 or > MaxParts || bytes.Length != PrefixBytes + (count * PartBytes))
            throw new WireException(WireError.Malformed, $"a transfer's header has {bytes.Length} bytes for {count} parts");
        var parts = new TensorPartHeader[count];
        long total = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> part = bytes.Slice(PrefixBytes + (i * PartBytes), PartBytes);
            ElementType element = BinaryPrimitives.ReadInt32LittleEndian(part) switch
            {
                1 => ElementType.Float32,
                2 => ElementType.BFloat16,
                var other => throw new WireException(WireError.OutOfRange, $"a transfer has elements of type {other}"),
            };
            int length = BinaryPrimitives.ReadInt32LittleEndian(part[sizeof(int)..]);
            if (length is < 0 or > MaxPartLength)
                throw new WireException(WireError.OutOfRange, $"a part of a transfer has {length} values");
            parts[i] = new TensorPartHeader(element, length);

            // What is held is float32, whatever travels.
            total += (long)length * sizeof(float);
        }

        return total <= maxTransferBytes
            ? new TensorHeader(BinaryPrimitives.ReadUInt64LittleEndian(bytes), parts)
            : throw new WireException(
                WireError.TooLong, $"a transfer claims {total} bytes, at most {maxTransferBytes} are taken");
    }
}
