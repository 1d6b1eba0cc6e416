using System.Buffers;
using System.Buffers.Binary;

namespace AkkaLstm.Wire.Frames;

/// <summary>
/// The twelve bytes before a frame's payload, little-endian: magic (2), kind (1), 0 (1), payload length (4),
/// CRC-32C over the eight bytes before it and the payload (4).
/// </summary>
/// <param name="Kind">What the payload is.</param>
/// <param name="PayloadBytes">Its length.</param>
/// <param name="Checksum">Over header and payload.</param>
public readonly record struct FrameHeader(FrameKind Kind, int PayloadBytes, uint Checksum)
{
    /// <summary>Length of a header.</summary>
    public const int Size = 12;

    private const ushort Magic = 0x4C41; // "AL"
    private const int ChecksumOffset = 8;

    /// <summary>Writes the header of a payload.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    /// <param name="kind">What the payload is.</param>
    /// <param name="payload">The payload.</param>
    public static void Write(Span<byte> destination, FrameKind kind, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Magic);
        destination[2] = (byte)kind;
        destination[3] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], payload.Length);
        uint checksum = Crc32C.Append(Crc32C.Of(destination[..ChecksumOffset]), payload);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ChecksumOffset..], checksum);
    }

    /// <summary>Reads a header and holds its length against a limit; the payload is not looked at.</summary>
    /// <param name="bytes"><see cref="Size"/> bytes.</param>
    /// <param name="maxPayloadBytes">The longest payload that is taken.</param>
    /// <exception cref="WireException">It is no header, or the payload is too long.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> bytes, int maxPayloadBytes)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes) != Magic || bytes[3] != 0)
            throw new WireException(WireError.Malformed, "the bytes are no frame");
        var kind = (FrameKind)bytes[2];
        if (!IsKnown(kind))
            throw new WireException(WireError.UnknownCase, $"a frame is of the unknown kind {bytes[2]}");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (length > (uint)maxPayloadBytes)
        {
            throw new WireException(
                WireError.TooLong, $"a frame claims {length} bytes, at most {maxPayloadBytes} are taken");
        }

        return new FrameHeader(
            kind, (int)length, BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]));
    }

    /// <summary>Holds the payload against the checksum.</summary>
    /// <exception cref="WireException">It is not the one that was sent.</exception>
    public void Verify(ReadOnlySpan<byte> payload)
    {
        if (Crc32C.Append(PrefixChecksum(), payload) != Checksum)
            throw Mismatch();
    }

    /// <inheritdoc cref="Verify(ReadOnlySpan{byte})"/>
    public void Verify(ReadOnlySequence<byte> payload)
    {
        if (Crc32C.Append(PrefixChecksum(), payload) != Checksum)
            throw Mismatch();
    }

    private static bool IsKnown(FrameKind kind) =>
        kind is (>= FrameKind.Greeting and <= FrameKind.FileRefused) or (>= FrameKind.TensorOpen and <= FrameKind.TensorShared);

    private static WireException Mismatch() =>
        new(WireError.ChecksumMismatch, "a frame has been damaged on its way: its checksum is wrong");

    private uint PrefixChecksum()
    {
        Span<byte> prefix = stackalloc byte[ChecksumOffset];
        BinaryPrimitives.WriteUInt16LittleEndian(prefix, Magic);
        prefix[2] = (byte)Kind;
        prefix[3] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(prefix[4..], PayloadBytes);
        return Crc32C.Of(prefix);
    }
}
