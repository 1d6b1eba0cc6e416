using System.Runtime.InteropServices;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Sharing;

namespace AkkaLstm.Wire.Tensors;

/// <summary>
/// Sends bulk values over a connection of their own: straight from their memory, in chunks, no further ahead of the
/// receiver than its credit. Any duplex stream will do, also an encrypted one. Thread-safe; values go one after
/// the other.
/// </summary>
/// <remarks>
/// A value that was sent is on its way, not there: the protocol asks again for what does not arrive. After a
/// <see cref="WireException"/> the channel is of no more use.
/// </remarks>
public sealed class TensorSender : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly TensorChannelOptions _options;
    private readonly CreditWindow _credit = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly byte[] _chunkHeader = new byte[FrameHeader.Size];
    private readonly Task _reading;
    private readonly Task _idling;
    private byte[] _narrowed = [];
    private volatile bool _isRead;

    /// <summary>Begins to listen to the receiver's credits.</summary>
    /// <param name="stream">The connection, after the handshake; disposed with this object.</param>
    /// <param name="options">Sizes and deadlines.</param>
    /// <exception cref="PlatformNotSupportedException">The processor is big-endian.</exception>
    public TensorSender(Stream stream, TensorChannelOptions options)
    {
        ByteOrder.RequireLittleEndian();
        options.Validate();
        _stream = stream;
        _options = options;
        _reading = Task.Run(ReadCreditsAsync);
        _idling = Task.Run(ShowPresenceAsync);
    }

    /// <summary>Whether the receiver reads memory of this process that is shared, so that nothing of it needs to travel.</summary>
    public bool IsRead => _isRead;

    /// <summary>Sends a value.</summary>
    /// <param name="id">The ticket's, see <see cref="PayloadTicket"/>.</param>
    /// <param name="parts">Its parts; their memory is read until the task is done.</param>
    /// <param name="stop">Ends the sending at the next chunk; the receiver is told, and the channel stays of use.</param>
    /// <returns>Bytes that travelled: those of parts that the receiver does not read where they lie.</returns>
    /// <exception cref="WireException">The receiver is gone, does not take anything in time, or gave up.</exception>
    public async Task<long> SendAsync(ulong id, IReadOnlyList<TensorPart> parts, CancellationToken stop)
    {
        if (parts.Count is < 1 or > TensorHeader.MaxParts)
            throw new ArgumentException($"there are {parts.Count} parts, must be 1 to {TensorHeader.MaxParts}", nameof(parts));
        if (parts.Any(part => part.Values.Length > TensorHeader.MaxPartLength))
            throw new ArgumentException($"a part has more than {TensorHeader.MaxPartLength} values", nameof(parts));
        var header = new TensorHeader(id, [.. parts.Select(HeaderOf)]);
        await _turn.WaitAsync(stop);
        try
        {
            _credit.ThrowIfFailed();
            using var writing = new Deadline(_options.PeerTimeout, _options.Clock, _closing.Token);
            await WriteAsync(TensorFrames.Make(FrameKind.TensorOpen, header.Encode()), writing);
            try
            {
                for (int i = 0; i < parts.Count; i++)
                {
                    if (header.Parts[i].Shared is null)
                        await SendAsync(parts[i], writing, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                writing.Restart();
                await WriteAsync(TensorFrames.Make(FrameKind.TensorCancel, []), writing);
                throw;
            }

            return header.Bytes;
        }
        catch (WireException e)
        {
            _credit.Fail(e);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _stream.DisposeAsync();
        await Task.WhenAll(_reading, _idling);
        _credit.Fail(new WireException(WireError.Aborted, "the channel was closed here"));
    }

    private TensorPartHeader HeaderOf(TensorPart part) => new(
        part.Element,
        part.Values.Length,
        _isRead && part.Element == ElementType.Float32 && SharedFloats.TryFind(part.Values, out SharedPlace place)
            ? place
            : null);

    private async ValueTask SendAsync(TensorPart part, Deadline writing, CancellationToken stop)
    {
        bool isNarrow = part.Element == ElementType.BFloat16;
        int chunkLength = _options.ChunkBytes / sizeof(float);
        ReadOnlyMemory<byte> bytes = isNarrow ? default : FloatBytes.Of(part.Values);
        for (int start = 0; start < part.Values.Length; start += chunkLength)
        {
            int length = Math.Min(chunkLength, part.Values.Length - start);
            ReadOnlyMemory<byte> chunk = isNarrow
                ? Narrow(part.Values.Slice(start, length).Span)
                : bytes.Slice(start * sizeof(float), length * sizeof(float));
            stop.ThrowIfCancellationRequested();
            await TakeCreditAsync(chunk.Length, stop);
            FrameHeader.Write(_chunkHeader, FrameKind.TensorChunk, chunk.Span);
            writing.Restart();
            await WriteAsync(_chunkHeader, writing);
            await WriteAsync(chunk, writing);
            TensorMetrics.Sent(chunk.Length);
        }
    }

    private async ValueTask TakeCreditAsync(int bytes, CancellationToken stop)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, _closing.Token);
        using var waiting = new Deadline(_options.PeerTimeout, _options.Clock, both.Token);
        await waiting.RunAsync(token => _credit.TakeAsync(bytes, token), "the receiver has not taken anything in time");
    }

    private ReadOnlyMemory<byte> Narrow(ReadOnlySpan<float> values)
    {
        if (_narrowed.Length == 0)
            _narrowed = new byte[_options.ChunkBytes / sizeof(float) * BFloat16.Size];
        Memory<byte> narrowed = _narrowed.AsMemory(0, values.Length * BFloat16.Size);
        BFloat16.Narrow(values, MemoryMarshal.Cast<byte, ushort>(narrowed.Span));
        return narrowed;
    }

    private ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, Deadline writing) => writing.RunAsync(
        token => _stream.WriteAsync(bytes, token), "the receiver has not taken a frame in time");

    private async Task ReadCreditsAsync()
    {
        var frames = new TensorFrameReader(_stream, _options, _closing.Token);
        try
        {
            while (await frames.ReadHeaderAsync() is { } header)
            {
                ReadOnlyMemory<byte> payload = await frames.ReadSmallAsync(header);
                switch (header.Kind)
                {
                    case FrameKind.TensorCredit:
                        _credit.Add(TensorFrames.ReadCredit(payload.Span));
                        break;
                    case FrameKind.TensorShared when _options.SharesMemory:
                        _isRead = true;
                        break;
                    case FrameKind.TensorAbort:
                        throw TensorFrames.Aborted(payload.Span);
                    default:
                        throw new WireException(
                            WireError.Unexpected, $"the receiver of a tensor channel sent {header.Kind}");
                }
            }

            throw new WireException(WireError.Truncated, "the receiver has closed the channel");
        }
        catch (WireException e)
        {
            _credit.Fail(e);
        }
        catch (OperationCanceledException)
        {
            // Closed from here.
        }
        finally
        {
            frames.Dispose();
        }
    }

    /// <summary>Offers what can be read where it lies. The receiver takes silence for death, so that it is told now and
    /// then that this end is there.</summary>
    private async Task ShowPresenceAsync()
    {
        byte[] idle = TensorFrames.Make(FrameKind.TensorIdle, []);
        using var timer = new PeriodicTimer(_options.PeerTimeout / 3, _options.Clock);
        try
        {
            if (_options.SharesMemory && ShareOffer.TryMake() is { } offer)
            {
                await _turn.WaitAsync(_closing.Token);
                await WriteInTurnAsync(TensorFrames.Make(FrameKind.TensorShare, offer.Encode()));
            }

            while (await timer.WaitForNextTickAsync(_closing.Token))
            {
                // Somebody who sends shows it anyway.
                if (await _turn.WaitAsync(0, _closing.Token))
                    await WriteInTurnAsync(idle);
            }
        }
        catch (WireException e)
        {
            _credit.Fail(e);
        }
        catch (OperationCanceledException)
        {
            // Closed from here.
        }
    }

    private async Task WriteInTurnAsync(byte[] frame)
    {
        try
        {
            using var writing = new Deadline(_options.PeerTimeout, _options.Clock, _closing.Token);
            await WriteAsync(frame, writing);
        }
        finally
        {
            _turn.Release();
        }
    }
}
