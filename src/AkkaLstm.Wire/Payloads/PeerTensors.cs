using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Sharing;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Wire.Payloads;

/// <summary>
/// Messages with bulk values between this process and one peer, whatever carries the messages: encoding one puts
/// tickets into it and sends the values through the tensor channel, decoding one delivers it when the values of its
/// tickets are there. Thread-safe.
/// </summary>
public sealed class PeerTensors : IAsyncDisposable
{
    /// <summary>Messages whose values have not all come, at most; more can only be a peer that never sends them.</summary>
    internal const int MaxWaitingMessages = 4096;

    /// <summary>Values that were announced and have not begun to come, at most; two messages' worth.</summary>
    internal const int MaxWaitingTickets = 2 * WireLimits.MaxListLength;

    /// <summary>Values that wait to be sent, at most. The protocol has two steps under way and repeats what was not
    /// answered; more is a peer that takes nothing.</summary>
    internal const int MaxQueuedTensors = 1 << 16;

    private readonly IPayloadCodec _codec;
    private readonly TensorSender _sender;
    private readonly IncomingTensors _incoming;
    private readonly Stream _incomingStream;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _receiving;
    private readonly Task _sending;

    private readonly TaskCompletionSource _overflow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<OutgoingTensor> _queue =
        Channel.CreateBounded<OutgoingTensor>(new BoundedChannelOptions(MaxQueuedTensors) { SingleReader = true });

    // Messages whose values are not all sent yet.
    private readonly ConcurrentDictionary<Announcement, bool> _underWay = new();

    private long _lastTicket;

    /// <summary>Begins to send and to receive.</summary>
    /// <param name="codec">Takes payloads apart and puts them together.</param>
    /// <param name="outgoing">The connection for values from here, after its handshake.</param>
    /// <param name="incoming">The connection for values to here, after its handshake.</param>
    /// <param name="options">Sizes and deadlines.</param>
    public PeerTensors(IPayloadCodec codec, Stream outgoing, Stream incoming, TensorChannelOptions options)
    {
        _codec = codec;
        _incomingStream = incoming;
        _incoming = new IncomingTensors(MaxWaitingTickets, MaxWaitingMessages, options);
        _sender = new TensorSender(outgoing, options);
        var receiver = new TensorReceiver(incoming, _incoming, options);
        _receiving = Task.Run(() => receiver.RunAsync(_closing.Token));
        _sending = Task.Run(SendAsync);
        Completion = Task.WhenAny(_receiving, _sending, _overflow.Task).Unwrap();
        _ = ReportAsync(_receiving, options.Defect);
        _ = ReportAsync(_sending, options.Defect);
    }

    /// <summary>Begins to send and to receive; within a machine, memory is shared if the options allow it.</summary>
    /// <inheritdoc cref="PeerTensors(IPayloadCodec, Stream, Stream, TensorChannelOptions)"/>
    public static PeerTensors Between(
        IPayloadCodec codec, WireConnection outgoing, WireConnection incoming, TensorChannelOptions options) => new(
            codec,
            outgoing.Stream,
            incoming.Stream,
            options with { SharesMemory = options.SharesMemory && outgoing.IsWithinMachine && incoming.IsWithinMachine });

    /// <summary>Ends when the peer hangs up, or with the <see cref="WireException"/> that ended the channel.</summary>
    public Task Completion { get; }

    /// <summary>Bytes of values that travelled; those that were read where they lay are not among them.</summary>
    public (long Sent, long Received) Bytes => (Interlocked.Read(ref _sentBytes), _incoming.Bytes);

    private long _sentBytes;

    /// <summary>Encodes a message and queues the values that it carries.</summary>
    /// <returns>Its bytes; null where the same message waits with its values already, or is being sent: it has been
    /// asked for again by somebody to whom it is still on its way, and a second one would only come later.</returns>
    /// <exception cref="WireException">It is over a limit; nothing was queued.</exception>
    public byte[]? Encode(Message message)
    {
        Announcement? announcement = Announcement.Of(message);
        if (announcement is not null && !_underWay.TryAdd(announcement, true))
            return null;
        try
        {
            var export = new Export(this);
            byte[] bytes = new MessageCodec(export).Encode(message);
            Queue(export.Tensors, announcement);
            return bytes;
        }
        catch (WireException)
        {
            if (announcement is not null)
                _underWay.TryRemove(announcement, out _);
            throw;
        }
    }

    /// <summary>Decodes a message.</summary>
    /// <param name="bytes">The message; not read after the return.</param>
    /// <param name="deliver">Gets it, at once or from another thread when its values are there; never, if they do
    /// not come.</param>
    /// <exception cref="WireException">The bytes are no sound message, or too many wait for their values.</exception>
    public void Decode(ReadOnlySequence<byte> bytes, Action<Message> deliver)
    {
        var import = new Import(_codec);
        Message message = new MessageCodec(import).Decode(bytes);
        if (import.Intakes.Count == 0)
            deliver(message);
        else
            _incoming.Await(import.Intakes, () => deliver(message));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _queue.Writer.TryComplete();
        await _incomingStream.DisposeAsync();
        await _sender.DisposeAsync();
        await Task.WhenAll(_receiving, _sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private static async Task ReportAsync(Task work, Action<Exception> defect)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work.Exception?.InnerException is { } e and not (WireException or IOException or ObjectDisposedException))
            defect(e);
    }

    private void Queue(List<OutgoingTensor> tensors, Announcement? announcement)
    {
        for (int i = 0; i < tensors.Count; i++)
        {
            OutgoingTensor tensor = i == tensors.Count - 1 ? tensors[i] with { LastOf = announcement } : tensors[i];
            if (!_queue.Writer.TryWrite(tensor) && !_closing.IsCancellationRequested)
                _overflow.TrySetException(new WireException(WireError.TimedOut, $"{MaxQueuedTensors} values wait to be sent"));
        }
    }

    private async Task SendAsync()
    {
        await foreach (OutgoingTensor tensor in _queue.Reader.ReadAllAsync(_closing.Token))
        {
            long bytes = await _sender.SendAsync(tensor.Id, WithPrepared(tensor), _closing.Token);
            Interlocked.Add(ref _sentBytes, bytes);
            if (tensor.LastOf is { } announcement)
                _underWay.TryRemove(announcement, out _);
        }
    }

    /// <summary>Adds what the receiver can use where it lies; never to be sent.</summary>
    private IReadOnlyList<TensorPart> WithPrepared(OutgoingTensor tensor)
    {
        if (!_sender.IsRead)
            return tensor.Parts;
        ReadOnlyMemory<float> prepared = _codec.PreparedOf(tensor.Payload, tensor.Place);
        return SharedFloats.TryFind(prepared, out _) ? [.. tensor.Parts, new TensorPart(prepared)] : tensor.Parts;
    }

    private readonly record struct OutgoingTensor(
        ulong Id, Payload Payload, PayloadPlace Place, IReadOnlyList<TensorPart> Parts)
    {
        /// <summary>The message that is sent as a whole with this value; null where more of it follow.</summary>
        public Announcement? LastOf { get; init; }
    }

    /// <summary>The tickets of one message that is being encoded.</summary>
    private sealed class Export(PeerTensors owner) : IPayloadTickets
    {
        public List<OutgoingTensor> Tensors { get; } = [];

        PayloadTicket IPayloadTickets.Export(Payload payload, PayloadPlace place)
        {
            TensorPart[] parts = [.. owner._codec.ValuesOf(payload, place).Select(values => new TensorPart(values))];
            long bytes = parts.Sum(part => (long)part.Values.Length * sizeof(float));
            ulong id = (ulong)Interlocked.Increment(ref owner._lastTicket);
            Tensors.Add(new OutgoingTensor(id, payload, place, parts));
            return new PayloadTicket(id, place.Kind, bytes, ElementType.Float32, Checksum: 0);
        }

        public Payload Import(PayloadTicket ticket, PayloadPlace place) => throw new InvalidOperationException();
    }

    /// <summary>The tickets of one message that is being decoded.</summary>
    private sealed class Import(IPayloadCodec codec) : IPayloadTickets
    {
        public List<(ulong Ticket, PayloadIntake Intake)> Intakes { get; } = [];

        public PayloadTicket Export(Payload payload, PayloadPlace place) => throw new InvalidOperationException();

        Payload IPayloadTickets.Import(PayloadTicket ticket, PayloadPlace place)
        {
            PayloadIntake intake = codec.Expect(place);
            Intakes.Add((ticket.Id, intake));
            return intake.Payload;
        }
    }
}
