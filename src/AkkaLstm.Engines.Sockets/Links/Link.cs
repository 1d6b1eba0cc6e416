using System.Buffers;
using System.Globalization;
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
    private static readonly MessageCodec WithoutPayloads = new(new NoTickets());

    private readonly Stream _control;
    private readonly PeerTensors? _tensors;
    private readonly LinkOptions _options;
    private readonly Action<Link, Message> _received;
    private readonly Action<IReadOnlyList<RosterEntry>> _rosterReceived;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task<string> _ending;
    private readonly Channel<(FrameKind Kind, byte[] Payload)> _queue =
        Channel.CreateUnbounded<(FrameKind, byte[])>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Begins to send and to receive.</summary>
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
        _ending = Task.Run(RunAsync);
    }

    /// <summary>Who is at the other end.</summary>
    public NodeId Peer { get; }

    /// <summary>The peer's process.</summary>
    public NodeInstance Instance { get; }

    /// <summary>Ends when the link is gone, with the reason.</summary>
    public Task<string> Ending => _ending;

    /// <summary>Bytes of bulk values sent and received.</summary>
    public (long Sent, long Received) TensorBytes => _tensors?.Bytes ?? default;

    /// <summary>Sends a message, without waiting.</summary>
    /// <exception cref="WireException">The message is over a limit.</exception>
    public void Send(Message message) =>
        Send(FrameKind.Message, _tensors is null ? WithoutPayloads.Encode(message) : _tensors.Encode(message));

    /// <summary>Sends a roster, without waiting.</summary>
    public void Send(IReadOnlyList<RosterEntry> roster) => Send(FrameKind.Roster, HandshakeCodec.Encode(roster));

    /// <summary>Sends what is queued, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _closing.CancelAfter(TimeSpan.FromSeconds(1));
        await _ending;
    }

    private void Send(FrameKind kind, byte[] payload) => _queue.Writer.TryWrite((kind, payload));

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
        _closing.Dispose();
        return first.Exception?.InnerException switch
        {
            null or OperationCanceledException => "the connection was closed",
            var e => e.Message,
        };
    }

    private async Task ReadAsync()
    {
        PipeReader input = PipeReader.Create(_control, new StreamPipeReaderOptions(leaveOpen: true));
        var frames = new FrameReader(input, WireLimits.MaxMessageBytes, _options.SilenceTimeout);
        while (await frames.ReadAsync(_closing.Token) is { } frame)
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
                case FrameKind.Ping:
                    Send(FrameKind.Pong, frame.Payload.ToArray());
                    break;
                case FrameKind.Pong:
                    break;
                default:
                    throw new WireException(WireError.Unexpected, $"{Peer} sent {frame.Kind} as a control frame");
            }
        }
    }

    private async Task WriteAsync()
    {
        PipeWriter output = PipeWriter.Create(_control, new StreamPipeWriterOptions(leaveOpen: true));
        while (await _queue.Reader.WaitToReadAsync(_closing.Token))
        {
            while (_queue.Reader.TryRead(out (FrameKind Kind, byte[] Payload) next))
                Frame.Write(output, next.Kind, next.Payload);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            deadline.CancelAfter(_options.SilenceTimeout);
            try
            {
                await output.FlushAsync(deadline.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                string reason = string.Create(
                    CultureInfo.InvariantCulture, $"{Peer} takes nothing: {e.Message.TrimEnd('.')}");
                throw new WireException(WireError.TimedOut, reason, e);
            }
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
