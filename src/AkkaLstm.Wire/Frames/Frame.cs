using System.Buffers;

namespace AkkaLstm.Wire.Frames;

/// <summary>A frame where it was received; the payload is valid until the bytes are given back.</summary>
/// <param name="Kind">What the payload is.</param>
/// <param name="Payload">The payload, its checksum verified.</param>
public readonly record struct Frame(FrameKind Kind, ReadOnlySequence<byte> Payload)
{
    /// <summary>Takes a frame off the beginning of received bytes, without copying.</summary>
    /// <param name="bytes">What was received; afterwards what follows the frame.</param>
    /// <param name="maxPayloadBytes">The longest payload that is taken.</param>
    /// <param name="frame">The frame.</param>
    /// <returns>Whether there was a whole one.</returns>
    /// <exception cref="WireException">What is there is no frame, is damaged, or too long.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> bytes, int maxPayloadBytes, out Frame frame)
    {
        frame = default;
        if (bytes.Length < FrameHeader.Size)
            return false;
        Span<byte> prefix = stackalloc byte[FrameHeader.Size];
        bytes.Slice(0, FrameHeader.Size).CopyTo(prefix);
        FrameHeader header = FrameHeader.Read(prefix, maxPayloadBytes);
        if (bytes.Length - FrameHeader.Size < header.PayloadBytes)
            return false;
        ReadOnlySequence<byte> payload = bytes.Slice(FrameHeader.Size, header.PayloadBytes);
        header.Verify(payload);
        frame = new Frame(header.Kind, payload);
        bytes = bytes.Slice(payload.End);
        return true;
    }

    /// <summary>Appends a frame to what is to be sent.</summary>
    public static void Write(IBufferWriter<byte> destination, FrameKind kind, ReadOnlySpan<byte> payload)
    {
        FrameHeader.Write(destination.GetSpan(FrameHeader.Size), kind, payload);
        destination.Advance(FrameHeader.Size);
        destination.Write(payload);
    }
}
