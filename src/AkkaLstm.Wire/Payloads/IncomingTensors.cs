using AkkaLstm.Protocol;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Wire.Payloads;

/// <summary>
/// Brings values and the messages that hold their tickets together, whichever comes first. A message whose values make
/// no sense is dropped: the sender may have gone on to a later step while it was still sending.
/// </summary>
/// <param name="maxTickets">Tickets whose values have not begun to come, at most.</param>
/// <param name="maxMessages">Messages whose values have not all come, at most.</param>
internal sealed class IncomingTensors(int maxTickets, int maxMessages) : ITensorSink
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Expected> _expected = [];
    private int _messageCount;
    private long _bytes;

    // The transfer that came before its message, and the one under way; the channel brings one at a time.
    private (ulong Ticket, TaskCompletionSource<Expected> Known)? _early;
    private Expected? _open;

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
            foreach ((ulong ticket, PayloadIntake intake) in intakes)
            {
                if (!_expected.TryAdd(ticket, new Expected(message, intake)))
                    throw new WireException(WireError.Unexpected, $"ticket {ticket} is used twice");
            }

            _messageCount++;
            if (_early is { } early && _expected.Remove(early.Ticket, out Expected? known))
                early.Known.TrySetResult(known);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Memory<float>>?> OpenAsync(TensorHeader header, CancellationToken stop)
    {
        Expected expected = await TakeAsync(header.Id, stop);
        if (expected.Message.IsDropped)
            return null;
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

    private Expected TakeOpen()
    {
        Expected expected = _open!;
        _open = null;
        return expected;
    }

    private async ValueTask<Expected> TakeAsync(ulong ticket, CancellationToken stop)
    {
        TaskCompletionSource<Expected> known;
        lock (_gate)
        {
            if (_expected.Remove(ticket, out Expected? expected))
                return expected;
            known = new TaskCompletionSource<Expected>(TaskCreationOptions.RunContinuationsAsynchronously);
            _early = (ticket, known);
        }

        try
        {
            return await known.Task.WaitAsync(stop);
        }
        finally
        {
            lock (_gate)
                _early = null;
        }
    }

    private void Deliver(WaitingMessage message)
    {
        lock (_gate)
            _messageCount--;
        message.Deliver();
    }

    private void Drop(Expected expected)
    {
        if (expected.Message.IsDropped)
            return;
        expected.Message.IsDropped = true;
        lock (_gate)
            _messageCount--;
    }

    private sealed record Expected(WaitingMessage Message, PayloadIntake Intake);

    // Invariant: after it was announced only the receiver's thread touches it.
    private sealed class WaitingMessage(int missingCount, Action deliver)
    {
        public int MissingCount { get; set; } = missingCount;

        public bool IsDropped { get; set; }

        public Action Deliver { get; } = deliver;
    }
}
