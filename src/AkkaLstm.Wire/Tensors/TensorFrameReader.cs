using AkkaLstm.Wire.Frames;

namespace AkkaLstm.Wire.Tensors;

/// <summary>
/// Frames of a tensor channel, header by header: the payload of a chunk goes where the caller says, that of any
/// other frame into a small buffer. A frame has the peer's timeout from the end of the one before.
/// </summary>
internal sealed class TensorFrameReader : IDisposable
{
    private const string Late = "the peer has not sent a frame in time";

    private readonly Stream _stream;
    private readonly Deadline _reading;
    private readonly byte[] _header = new byte[FrameHeader.Size];
    private readonly byte[] _small = new byte[TensorFrames.MaxSmallBytes];

    public TensorFrameReader(Stream stream, TensorChannelOptions options, CancellationToken stop)
    {
        _stream = stream;
        _reading = new Deadline(options.PeerTimeout, options.Clock, stop);
    }

    /// <summary>The next frame's header, or null at the end of the stream.</summary>
    public async ValueTask<FrameHeader?> ReadHeaderAsync()
    {
        _reading.Restart();
        int count = await _reading.RunAsync(token => _stream.ReadAsync(_header, token), Late);
        if (count == 0)
            return null;
        if (count < FrameHeader.Size)
        {
            await _reading.RunAsync(
                token => _stream.ReadExactlyAsync(_header.AsMemory(count), token), Late);
        }

        FrameHeader header = FrameHeader.Read(_header, TensorChannelOptions.MaxChunkBytes);
        return header.Kind == FrameKind.TensorChunk || header.PayloadBytes <= TensorFrames.MaxSmallBytes
            ? header
            : throw new WireException(
                WireError.TooLong, $"a frame {header.Kind} claims {header.PayloadBytes} bytes");
    }

    /// <summary>The payload of a chunk, into memory of its length.</summary>
    public async ValueTask ReadChunkAsync(FrameHeader header, Memory<byte> destination)
    {
        await _reading.RunAsync(token => _stream.ReadExactlyAsync(destination, token), Late);
        header.Verify(destination.Span);
    }

    /// <summary>The payload of any other frame; valid until the next one.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadSmallAsync(FrameHeader header)
    {
        if (header.PayloadBytes > _small.Length)
            throw new WireException(WireError.Unexpected, $"a frame {header.Kind} does not belong here");
        Memory<byte> payload = _small.AsMemory(0, header.PayloadBytes);
        await ReadChunkAsync(header, payload);
        return payload;
    }

    /// <summary>Lets the time stand still while this end is at work.</summary>
    public void Pause() => _reading.Pause();

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();
}
