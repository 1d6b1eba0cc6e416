using System.Buffers.Binary;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Sharing;

namespace AkkaLstm.Wire.Tensors;

/// <summary>One run of values of a bulk value.</summary>
/// <param name="Element">How its values travel.</param>
/// <param name="Length">Number of values.</param>
/// <param name="Shared">Where they lie, if they do not travel at all.</param>
public readonly record struct TensorPartHeader(ElementType Element, int Length, SharedPlace? Shared = null)
{
    /// <summary>Bytes of a value as it travels.</summary>
    public int ElementBytes => Element == ElementType.BFloat16 ? BFloat16.Size : sizeof(float);

    /// <summary>Bytes of the part that travel.</summary>
    public long Bytes => Shared is null ? (long)Length * ElementBytes : 0;
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
    private const int Float32Code = 1;
    private const int BFloat16Code = 2;
    private const int SharedCode = 3;

    /// <summary>Bytes that travel.</summary>
    public long Bytes => Parts.Sum(part => part.Bytes);

    internal byte[] Encode()
    {
        byte[] bytes = new byte[PrefixBytes + Parts.Sum(EncodedBytes)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Id);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(ulong)), Parts.Count);
        Span<byte> rest = bytes.AsSpan(PrefixBytes);
        foreach (TensorPartHeader part in Parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, CodeOf(part));
            BinaryPrimitives.WriteInt32LittleEndian(rest[sizeof(int)..], part.Length);
            part.Shared?.Write(rest[PartBytes..]);
            rest = rest[EncodedBytes(part)..];
        }

        return bytes;
    }

    internal static TensorHeader Decode(ReadOnlySpan<byte> bytes, long maxTransferBytes)
    {
        int count = bytes.Length < PrefixBytes
            ? 0
            : BinaryPrimitives.ReadInt32LittleEndian(bytes[sizeof(ulong)..]);
        if (count is < 1 or > MaxParts)
            throw new WireException(WireError.Malformed, $"a transfer's header has {bytes.Length} bytes for {count} parts");
        var parts = new TensorPartHeader[count];
        ReadOnlySpan<byte> rest = bytes[PrefixBytes..];
        long total = 0;
        for (int i = 0; i < count; i++)
        {
            parts[i] = Decode(rest);
            rest = rest[EncodedBytes(parts[i])..];

            // What is held is float32, whatever travels.
            total += (long)parts[i].Length * sizeof(float);
        }

        if (!rest.IsEmpty)
            throw new WireException(WireError.Malformed, $"a transfer's header has {rest.Length} bytes after its parts");
        return total <= maxTransferBytes
            ? new TensorHeader(BinaryPrimitives.ReadUInt64LittleEndian(bytes), parts)
            : throw new WireException(
                WireError.TooLong, $"a transfer claims {total} bytes, at most {maxTransferBytes} are taken");
    }

    private static TensorPartHeader Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < PartBytes)
            throw new WireException(WireError.Malformed, "a transfer's header ends within a part");
        int code = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[sizeof(int)..]);
        if (length is < 0 or > MaxPartLength)
            throw new WireException(WireError.OutOfRange, $"a part of a transfer has {length} values");
        return code switch
        {
            Float32Code => new TensorPartHeader(ElementType.Float32, length),
            BFloat16Code => new TensorPartHeader(ElementType.BFloat16, length),
            SharedCode when bytes.Length >= PartBytes + SharedPlace.Size =>
                new TensorPartHeader(ElementType.Float32, length, SharedPlace.Read(bytes[PartBytes..])),
            SharedCode => throw new WireException(WireError.Malformed, "a transfer's header ends within a place"),
            _ => throw new WireException(WireError.OutOfRange, $"a transfer has elements of type {code}"),
        };
    }

    private static int CodeOf(TensorPartHeader part) => part switch
    {
        { Shared: not null } => SharedCode,
        { Element: ElementType.BFloat16 } => BFloat16Code,
        _ => Float32Code,
    };

    private static int EncodedBytes(TensorPartHeader part) => PartBytes + (part.Shared is null ? 0 : SharedPlace.Size);
}
