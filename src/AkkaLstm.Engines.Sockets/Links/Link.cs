using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Payloads;

namespace AkkaLstm.Engines.Sockets.Links;

/// <summary>
/// This node's end of the connections with one peer: control messages, and where one of the two is a server also
/// bulk values. They live and die together.
/// </summary>
internal sealed class Link : IAsyncDisposable
{
    /// <summary>Bytes of control frames that may wait for a peer; one that has not taken as much is as good as gone.</summary>
    internal const int MaxQueuedBytes = 1 << 26;

    /// <summary>Bytes that are written before the next flush.</summary>
    private const int FlushBytes = 1 << 20;

    /// <summary>How long what is queued may take when the link is closed from here.</summary>
    private static readonly TimeSpan ClosingTimeout = TimeSpan.FromSeconds(1);

    private static readonly MessageCodec WithoutPayloads = new(new NoTickets());

    private readonly Stream _control;
    private readonly PeerTensors? _tensors;
    private readonly LinkOptions _options;
    private readonly Action<Link, Message> _received;
    private readonly Action<IReadOnlyList<RosterEntry>> _rosterReceived;
    private readonly TaskCompletionSource<string> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Not disposed: it has no handle, and senders and closers may come after the end.
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<(FrameKind Kind, byte[] Payload)> _queue =
        Channel.CreateUnbounded<(FrameKind, byte[])>(new UnboundedChannelOptions { SingleReader = true });

    private long _queuedBytes;
    private int _isStarted;

    /// <summary>Makes it; what is sent waits for <see cref="Start"/>.</summary>
    /// <param name="peer">Who is at the other end.</param>
    /// <param name="instance">Its process.</param>
    /// <param name="control">The control connection.</param>
    /// <param name="tensors">Bulk values; null between nodes that exchange none.</param>
    /// <param name="options">Deadlines.</param>
    /// <param name="received">Takes messages; called by one thread at a time for messages without bulk values, by
    /// another for those with.</param>
    /// <param name="rosterReceived">Takes rosters.</param>
    public Link(
        NodeId peer,
        NodeInstance instance,
        Stream control,
        PeerTensors? tensors,
        LinkOptions options,
        Action<Link, Message> received,
        Action<IReadOnlyList<RosterEntry>> rosterReceived)
    {
        (Peer, Instance, _control, _tensors) = (peer, instance, control, tensors);
        (_options, _received, _rosterReceived) = (options, received, rosterReceived);
    }

    /// <summary>Who is at the other end.</summary>
    public NodeId Peer { get; }

    /// <summary>The peer's process.</summary>
    public NodeInstance Instance { get; }

    /// <summary>Ends when the link is gone, with the reason.</summary>
    public Task<string> Ending => _ending.Task;

    /// <summary>Bytes of bulk values sent and received.</summary>
    public (long Sent, long Received) TensorBytes => _tensors?.Bytes ?? default;

    /// <summary>Begins to send and to receive; whoever is to get answers to what comes must know this link first.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
            _ = Task.Run(EndAsync);
    }

    /// <summary>Sends a message, without waiting; one whose values are on their way already is not sent again.</summary>
    /// <exception cref="WireException">The message is over a limit.</exception>
    public void Send(Message message)
    {
        byte[]? payload = _tensors is null ? WithoutPayloads.Encode(message) : _tensors.Encode(message);
        if (payload is not null)
            Send(FrameKind.Message, payload);
    }

    /// <summary>Sends a roster, without waiting.</summary>
    public void Send(IReadOnlyList<RosterEntry> roster) => Send(FrameKind.Roster, HandshakeCodec.Encode(roster));

    /// <summary>Sends what is queued, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _closing.CancelAfter(ClosingTimeout);
        Start();
        await Ending;
    }

    private void Send(FrameKind kind, byte[] payload)
    {
        int bytes = FrameHeader.Size + payload.Length;
        if (Interlocked.Add(ref _queuedBytes, bytes) > MaxQueuedBytes)
            _queue.Writer.TryComplete(new WireException(WireError.TimedOut, $"{Peer} takes nothing: {MaxQueuedBytes} bytes wait"));
        _queue.Writer.TryWrite((kind, payload));
    }

    private async Task EndAsync()
    {
        try
        {
            _ending.TrySetResult(await RunAsync());
        }
#pragma warning disable CA1031 // it could not be closed in order and is gone all the same; whoever waits for its end must hear of it
        catch (Exception e)
        {
            _ending.TrySetResult(e.Message);
        }
#pragma warning restore CA1031
    }

    private async Task<string> RunAsync()
    {
        Task reading = ReadAsync();
        Task writing = WriteAsync();
        Task pinging = PingAsync();
        Task first = await Task.WhenAny([reading, writing, .. _tensors is null ? [] : new[] { _tensors.Completion }]);
        await _closing.CancelAsync();
        _queue.Writer.TryComplete();
        await _control.DisposeAsync();
        if (_tensors is not null)
            await _tensors.DisposeAsync();
        await Task.WhenAll(reading, writing, pinging).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return first.Exception?.InnerException switch
        {
            null or OperationCanceledException => "the connection was closed",
            var e => e.Message,
        };
    }

    private async Task ReadAsync()
    {
        PipeReader input = PipeReader.Create(_control, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            var frames = new FrameReader(input, WireLimits.MaxMessageBytes, _options.SilenceTimeout);
            while (await frames.ReadAsync(_closing.Token) is { } frame)
                Take(frame);
        }
        finally
        {
            await input.CompleteAsync();
        }
    }

    private void Take(Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Message when _tensors is not null:
                _tensors.Decode(frame.Payload, message => _received(this, message));
                break;
            case FrameKind.Message:
                _received(this, WithoutPayloads.Decode(frame.Payload));
                break;
            case FrameKind.Roster:
                _rosterReceived(HandshakeCodec.DecodeRoster(frame.Payload));
                break;
            case FrameKind.Ping when frame.Payload.Length == sizeof(long):
                Send(FrameKind.Pong, frame.Payload.ToArray());
                break;
            case FrameKind.Pong:
                break;
            default:
                throw new WireException(
                    WireError.Unexpected, $"{Peer} sent {frame.Kind} of {frame.Payload.Length} bytes as a control frame");
        }
    }

    private async Task WriteAsync()
    {
        PipeWriter output = PipeWriter.Create(_control, new StreamPipeWriterOptions(leaveOpen: true));
        while (await _queue.Reader.WaitToReadAsync(_closing.Token))
        {
            while (output.UnflushedBytes < FlushBytes && _queue.Reader.TryRead(out (FrameKind Kind, byte[] Payload) next))
                Frame.Write(output, next.Kind, next.Payload);
            long flushed = output.UnflushedBytes;
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            deadline.CancelAfter(_options.SilenceTimeout);
            try
            {
                await output.FlushAsync(deadline.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                throw new WireException(WireError.TimedOut, $"{Peer} takes nothing: {e.Message.TrimEnd('.')}", e);
            }

            Interlocked.Add(ref _queuedBytes, -flushed);
        }
    }

    private async Task PingAsync()
    {
        byte[] nothing = new byte[sizeof(long)];
        using var timer = new PeriodicTimer(_options.SilenceTimeout / 3);
        while (await timer.WaitForNextTickAsync(_closing.Token))
            Send(FrameKind.Ping, nothing);
    }

    /// <summary>Between nodes neither of which is a server no values go to and fro.</summary>
    private sealed class NoTickets : IPayloadTickets
    {
        public PayloadTicket Export(Payload payload, PayloadPlace place) =>
            throw new InvalidOperationException($"no {place.Kind} goes between these nodes");

        public Payload Import(PayloadTicket ticket, PayloadPlace place) =>
            throw new WireException(WireError.Unexpected, $"{place.Kind} came from a node that has none");
    }
}
