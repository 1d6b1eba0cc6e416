using System.Buffers;
using AkkaLstm.Wire.Frames;

namespace AkkaLstm.Wire.Connections;

/// <summary>
/// The frames of a handshake, read byte for byte: what follows them belongs to whoever takes the connection over.
/// </summary>
internal static class HandshakeFrames
{
    public static async ValueTask<ReadOnlySequence<byte>> ReadAsync(Stream stream, FrameKind kind, Deadline deadline)
    {
        byte[] prefix = new byte[FrameHeader.Size];
        await ReadExactlyAsync(stream, prefix, deadline);
        FrameHeader header = FrameHeader.Read(prefix, WireLimits.MaxHandshakeBytes);
        if (header.Kind != kind)
            throw new WireException(WireError.Unexpected, $"a handshake has {header.Kind} in the place of {kind}");
        byte[] payload = new byte[header.PayloadBytes];
        await ReadExactlyAsync(stream, payload, deadline);
        header.Verify(payload);
        return new ReadOnlySequence<byte>(payload);
    }

    public static async ValueTask WriteAsync(Stream stream, FrameKind kind, byte[] payload, Deadline deadline)
    {
        var frame = new ArrayBufferWriter<byte>(FrameHeader.Size + payload.Length);
        Frame.Write(frame, kind, payload);
        await deadline.RunAsync(async token =>
        {
            await stream.WriteAsync(frame.WrittenMemory, token);
            await stream.FlushAsync(token);
        }, "the handshake was not finished in time");
    }

    private static ValueTask ReadExactlyAsync(Stream stream, byte[] bytes, Deadline deadline) => deadline.RunAsync(
        token => stream.ReadExactlyAsync(bytes, token), "the handshake was not finished in time");
}
