using AkkaLstm.Protocol;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Wire.Payloads;

/// <summary>
/// Brings values and the messages that hold their tickets together, whichever comes first. A message whose values make
/// no sense is dropped: the sender may have gone on to a later step while it was still sending. Values whose message does
/// not come are dropped too, and it with them if it comes after all: those behind them must not wait for long.
/// </summary>
/// <param name="maxTickets">Tickets without values and values without a message, at most.</param>
/// <param name="maxMessages">Messages whose values have not all come, at most.</param>
/// <param name="options">How long values wait for their message.</param>
internal sealed class IncomingTensors(int maxTickets, int maxMessages, TensorChannelOptions options) : ITensorSink
{
    /// <summary>
    /// Messages of whose values some have come and some not, at most: so much of what comes is held without being of use.
    /// A sender sends one message's values after the other's; two of its threads may mix those of two messages.
    /// </summary>
    internal const int MaxBegunMessages = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Expected> _expected = [];
    private int _messageCount;
    private long _bytes;

    // The transfer that came before its message, and the one under way; the channel brings one at a time.
    private (ulong Ticket, TaskCompletionSource<Expected> Known)? _early;
    private Expected? _open;
    private int _begunCount;

    // Tickets whose values came and were dropped, as no message had announced them.
    private readonly HashSet<ulong> _missed = [];

    // Values were dropped for want of their message, and none has come since: more of them are most likely its own.
    private bool _isMessageMissing;

    /// <summary>Bytes of values that came.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Calls back when the values of all tickets are there.</summary>
    /// <exception cref="WireException">Too much waits already, or a ticket is used twice.</exception>
    public void Await(IReadOnlyList<(ulong Ticket, PayloadIntake Intake)> intakes, Action deliver)
    {
        var message = new WaitingMessage(intakes.Count, deliver);
        lock (_gate)
        {
            if (_messageCount == maxMessages)
                throw new WireException(WireError.Unexpected, $"{maxMessages} messages wait for their values");
            if (_expected.Count + intakes.Count > maxTickets)
                throw new WireException(WireError.Unexpected, $"{_expected.Count} tickets wait for their values");
            _isMessageMissing = false;
            foreach ((ulong ticket, PayloadIntake intake) in intakes)
            {
                if (_missed.Remove(ticket))
                    message.IsDropped = true;
                else if (!_expected.TryAdd(ticket, new Expected(message, intake)))
                    throw new WireException(WireError.Unexpected, $"ticket {ticket} is used twice");
            }

            if (!message.IsDropped)
                _messageCount++;
            if (_early is { } early && _expected.Remove(early.Ticket, out Expected? known))
                early.Known.TrySetResult(known);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="WireException">Values of too many messages have begun to come and are not whole.</exception>
    public async ValueTask<IReadOnlyList<Memory<float>>?> OpenAsync(TensorHeader header, CancellationToken stop)
    {
        if (await TakeAsync(header.Id, stop) is not { Message.IsDropped: false } expected)
            return null;
        Begin(expected.Message);
        IReadOnlyList<Memory<float>>? memory = expected.Intake.TryOpen([.. header.Parts.Select(part => part.Length)]);
        if (memory is null)
            Drop(expected);
        else
            _open = expected;
        return memory;
    }

    /// <inheritdoc/>
    public bool TryAdopt(int part, ReadOnlyMemory<float> values) => _open!.Intake.TryAdopt(part, values);

    /// <inheritdoc/>
    public void Complete(TensorHeader header)
    {
        Expected expected = TakeOpen();
        Interlocked.Add(ref _bytes, header.Bytes);
        if (!expected.Intake.TryComplete())
            Drop(expected);
        else if (--expected.Message.MissingCount == 0 && !expected.Message.IsDropped)
            Deliver(expected.Message);
    }

    /// <inheritdoc/>
    public void Abandon(TensorHeader header)
    {
        Expected expected = TakeOpen();
        expected.Intake.Abandon();
        Drop(expected);
    }

    private void Begin(WaitingMessage message)
    {
        if (message.HasBegun)
            return;
        if (_begunCount == MaxBegunMessages)
            throw new WireException(WireError.Unexpected, $"values of {MaxBegunMessages} messages have begun to come and none is whole");
        message.HasBegun = true;
        _begunCount++;
    }

    private Expected TakeOpen()
    {
        Expected expected = _open!;
        _open = null;
        return expected;
    }

    /// <summary>Null where no message announces the ticket in time.</summary>
    private async ValueTask<Expected?> TakeAsync(ulong ticket, CancellationToken stop)
    {
        var known = new TaskCompletionSource<Expected>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_expected.Remove(ticket, out Expected? expected))
                return expected;
            if (_isMessageMissing)
                return Miss(ticket);
            _early = (ticket, known);
        }

        Task waiting = known.Task.WaitAsync(options.AnnounceTimeout, options.Clock, stop);
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _early = null;
            if (known.Task.IsCompleted)
                return known.Task.Result;
            stop.ThrowIfCancellationRequested();
            return Miss(ticket);
        }
    }

    /// <summary>Under the lock.</summary>
    private Expected? Miss(ulong ticket)
    {
        if (_missed.Count == maxTickets)
            throw new WireException(WireError.Unexpected, $"no message has announced ticket {ticket}, nor {maxTickets} before it");
        _missed.Add(ticket);
        _isMessageMissing = true;
        return null;
    }

    private void Deliver(WaitingMessage message)
    {
        lock (_gate)
            _messageCount--;
        _begunCount--;
        message.Deliver();
    }

    private void Drop(Expected expected)
    {
        if (expected.Message.IsDropped)
            return;
        expected.Message.IsDropped = true;
        _begunCount--;
        lock (_gate)
            _messageCount--;
    }

    private sealed record Expected(WaitingMessage Message, PayloadIntake Intake);

    // Invariant: after it was announced only the receiver's thread touches it.
    private sealed class WaitingMessage(int missingCount, Action deliver)
    {
        public int MissingCount { get; set; } = missingCount;

        public bool HasBegun { get; set; }

        public bool IsDropped { get; set; }

        public Action Deliver { get; } = deliver;
    }
}
