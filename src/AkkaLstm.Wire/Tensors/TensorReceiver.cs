using System.Runtime.InteropServices;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Sharing;

namespace AkkaLstm.Wire.Tensors;

/// <summary>
/// Receives bulk values from a connection of their own, straight into the memory that a sink gives. It holds no
/// values itself but one chunk of those that are converted or dropped.
/// </summary>
/// <param name="stream">The connection, after the handshake; any duplex stream. Not disposed by this class.</param>
/// <param name="sink">Where values go.</param>
/// <param name="options">Sizes and deadlines.</param>
public sealed class TensorReceiver(Stream stream, ITensorSink sink, TensorChannelOptions options)
{
    private byte[] _scratch = [];

    /// <summary>Reads the sender's memory; null where it cannot.</summary>
    private SharedReader? _shared;

    /// <summary>Bytes that the sender may still send.</summary>
    private int _credit;

    /// <summary>Bytes that were taken since the last credit; below half the window between two frames.</summary>
    private int _taken;

    /// <summary>Receives until the sender closes the connection between two values.</summary>
    /// <param name="stop">Ends it; what was on its way is abandoned.</param>
    /// <exception cref="WireException">The sender broke the rules, fell silent or is gone in the middle of a
    /// value; it has been told why where that was possible.</exception>
    /// <exception cref="PlatformNotSupportedException">The processor is big-endian.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        ByteOrder.RequireLittleEndian();
        options.Validate();
        try
        {
            using var frames = new TensorFrameReader(stream, options, stop);
            await GrantAsync(options.WindowBytes, stop);
            while (await frames.ReadHeaderAsync() is { } header)
            {
                ReadOnlyMemory<byte> payload = await frames.ReadSmallAsync(header);
                switch (header.Kind)
                {
                    case FrameKind.TensorOpen:
                        await ReceiveAsync(
                            TensorHeader.Decode(payload.Span, options.MaxTransferBytes), frames, stop);
                        break;
                    case FrameKind.TensorShare:
                        await TryShareAsync(ShareOffer.Decode(payload.Span), stop);
                        break;
                    case FrameKind.TensorIdle:
                        await GrantAsync(0, stop);
                        break;
                    case FrameKind.TensorCancel:
                        // Its transfer was over already.
                        break;
                    default:
                        throw Unexpected(header.Kind);
                }
            }
        }
        catch (WireException e) when (e.Error is not (WireError.Truncated or WireError.Aborted))
        {
            await TellAsync(e.Message, stop);
            throw;
        }
    }

    private async ValueTask TryShareAsync(ShareOffer offer, CancellationToken stop)
    {
        var reader = new SharedReader(offer.ProcessId);
        if (!options.SharesMemory || !reader.CanRead(offer.Sample))
            return; // no answer: the sender goes on sending
        _shared = reader;
        using var writing = new Deadline(options.PeerTimeout, options.Clock, stop);
        byte[] frame = TensorFrames.Make(FrameKind.TensorShared, []);
        await writing.RunAsync(token => stream.WriteAsync(frame, token), "the sender has not taken a frame in time");
    }

    private async ValueTask ReceiveAsync(TensorHeader transfer, TensorFrameReader frames, CancellationToken stop)
    {
        frames.Pause();
        IReadOnlyList<Memory<float>>? memory;
        using (var waiting = new Deadline(options.SinkTimeout, options.Clock, stop))
        {
            memory = await waiting.RunAsync(
                token => sink.OpenAsync(transfer, token), "there was no memory for a transfer in time");
        }

        bool isComplete = false;
        try
        {
            for (int i = 0; i < transfer.Parts.Count; i++)
            {
                TensorPartHeader part = transfer.Parts[i];
                Memory<float>? destination = memory?.Count > i ? memory[i] : default(Memory<float>?);
                if (destination is { } given && given.Length != part.Length)
                    throw new InvalidOperationException("the sink gave memory of another length");
                bool isThere = part.Shared is { } place
                    ? memory is null || TryRead(i, part.Length, place, destination)
                    : await ReceiveAsync(part, destination, frames, stop);
                if (!isThere)
                    return;
            }

            isComplete = true;
        }
        finally
        {
            if (memory is not null && !isComplete)
                sink.Abandon(transfer);
        }

        if (memory is not null)
            sink.Complete(transfer);
    }

    /// <summary>Takes a part from where it lies; false when it lies there no more, because the sender has gone on to
    /// another generation.</summary>
    private bool TryRead(int part, int length, SharedPlace place, Memory<float>? destination)
    {
        if (_shared is null)
            throw new WireException(WireError.Unexpected, "the sender refers to memory that was not found to be shared");
        if (_shared.Find(place, length) is not { } values)
            return false;
        if (!sink.TryAdopt(part, values) && destination is { } copy)
            values.Span.CopyTo(copy.Span);
        GC.KeepAlive(_shared); // it keeps the mapping that the span is of
        return true;
    }

    /// <summary>Reads a part's chunks; false when the sender cancels.</summary>
    private async ValueTask<bool> ReceiveAsync(
        TensorPartHeader part, Memory<float>? values, TensorFrameReader frames, CancellationToken stop)
    {
        bool isDirect = values is not null && part.Element == ElementType.Float32;
        Memory<byte> bytes = isDirect ? new FloatBytes(values!.Value).Memory : default;
        int done = 0;
        while (done < part.Bytes)
        {
            FrameHeader header = await frames.ReadHeaderAsync()
                ?? throw new WireException(WireError.Truncated, "the connection ended in the middle of a transfer");
            if (header.Kind == FrameKind.TensorCancel)
            {
                await frames.ReadSmallAsync(header);
                return false;
            }

            Check(header, part, done);
            Memory<byte> chunk = isDirect
                ? bytes.Slice(done, header.PayloadBytes)
                : Scratch(header.PayloadBytes);
            await frames.ReadChunkAsync(header, chunk);
            if (values is { } wanted && !isDirect)
            {
                BFloat16.Widen(
                    MemoryMarshal.Cast<byte, ushort>(chunk.Span),
                    wanted.Span.Slice(done / BFloat16.Size, header.PayloadBytes / BFloat16.Size));
            }

            done += header.PayloadBytes;
            TensorMetrics.Received(header.PayloadBytes);
            await TakenAsync(header.PayloadBytes, stop);
        }

        return true;
    }

    private void Check(FrameHeader header, TensorPartHeader part, int done)
    {
        int bytes = header.PayloadBytes;
        if (header.Kind != FrameKind.TensorChunk)
            throw Unexpected(header.Kind);
        if (bytes == 0 || bytes % part.ElementBytes != 0 || bytes > part.Bytes - done)
        {
            throw new WireException(
                WireError.OutOfRange, $"a chunk has {bytes} bytes where {part.Bytes - done} of the part are left");
        }

        if (bytes > _credit)
            throw new WireException(WireError.Unexpected, $"a chunk has {bytes} bytes, credit was left for {_credit}");
    }

    private ValueTask TakenAsync(int bytes, CancellationToken stop)
    {
        _credit -= bytes;
        _taken += bytes;
        if (_taken < options.WindowBytes / 2)
            return ValueTask.CompletedTask;
        int grant = _taken;
        _taken = 0;
        return GrantAsync(grant, stop);
    }

    private async ValueTask GrantAsync(int bytes, CancellationToken stop)
    {
        _credit += bytes;
        using var writing = new Deadline(options.PeerTimeout, options.Clock, stop);
        byte[] frame = TensorFrames.Credit(bytes);
        await writing.RunAsync(token => stream.WriteAsync(frame, token), "the sender has not taken a credit in time");
    }

    /// <summary>A last word; the peer may be beyond hearing it.</summary>
    private async ValueTask TellAsync(string reason, CancellationToken stop)
    {
        using var writing = new Deadline(options.SinkTimeout, options.Clock, stop);
        try
        {
            byte[] frame = TensorFrames.Abort(reason);
            await writing.RunAsync(token => stream.WriteAsync(frame, token), "the sender does not listen");
        }
        catch (Exception e) when (e is WireException or OperationCanceledException)
        {
            // The caller hears the first reason, which is the one that counts.
        }
    }

    private Memory<byte> Scratch(int length)
    {
        if (_scratch.Length == 0)
            _scratch = new byte[TensorChannelOptions.MaxChunkBytes];
        return _scratch.AsMemory(0, length);
    }

    private static WireException Unexpected(FrameKind kind) =>
        new(WireError.Unexpected, $"the sender of a tensor channel sent {kind} where it does not belong");
}
