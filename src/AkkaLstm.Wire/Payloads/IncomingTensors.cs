using AkkaLstm.Protocol;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Wire.Payloads;

/// <summary>
/// Brings values and the messages that hold their tickets together, whichever comes first. A message whose values make
/// no sense is dropped: the sender may have gone on to a later step while it was still sending.
/// </summary>
/// <param name="maxMessages">Messages that may wait.</param>
internal sealed class IncomingTensors(int maxMessages) : ITensorSink
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Expected> _expected = [];
    private readonly Dictionary<ulong, Expected> _open = [];
    private int _messageCount;
    private long _bytes;

    // The transfer that came before its message; the channel brings one at a time.
    private (ulong Ticket, TaskCompletionSource<Expected?> Known)? _early;

    /// <summary>Bytes of values that came.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Calls back when the values of all tickets are there.</summary>
    /// <exception cref="WireException">Too many messages wait, or a ticket is used twice.</exception>
    public void Await(IReadOnlyList<(ulong Ticket, PayloadIntake Intake)> intakes, Action deliver)
    {
        var message = new WaitingMessage(intakes.Count, deliver);
        lock (_gate)
        {
            if (_messageCount == maxMessages)
                throw new WireException(WireError.Unexpected, $"{maxMessages} messages wait for their values");
            foreach ((ulong ticket, PayloadIntake intake) in intakes)
            {
                var expected = new Expected(message, intake);
                if (!_expected.TryAdd(ticket, expected))
                    throw new WireException(WireError.Unexpected, $"ticket {ticket} is used twice");
                if (_early is { } early && early.Ticket == ticket)
                    early.Known.TrySetResult(expected);
            }

            _messageCount++;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Memory<float>>?> OpenAsync(TensorHeader header, CancellationToken stop)
    {
        Expected? expected = await FindAsync(header.Id, stop);
        if (expected is null)
            return null;
        IReadOnlyList<Memory<float>>? memory = expected.Intake.TryOpen([.. header.Parts.Select(part => part.Length)]);
        lock (_gate)
        {
            _expected.Remove(header.Id);
            if (memory is not null)
                _open.Add(header.Id, expected);
            else
                Drop(expected);
        }

        return memory;
    }

    /// <inheritdoc/>
    public void Complete(TensorHeader header)
    {
        Expected expected;
        bool isMessageWhole = false;
        lock (_gate)
        {
            _open.Remove(header.Id, out expected!);
            _bytes += header.Bytes;
            if (!expected.Intake.TryComplete())
                Drop(expected);
            else if (--expected.Message.MissingCount == 0 && !expected.Message.IsDropped)
                isMessageWhole = true;
            if (isMessageWhole)
                _messageCount--;
        }

        if (isMessageWhole)
            expected.Message.Deliver();
    }

    /// <inheritdoc/>
    public void Abandon(TensorHeader header)
    {
        lock (_gate)
        {
            _open.Remove(header.Id, out Expected? expected);
            expected!.Intake.Abandon();
            Drop(expected);
        }
    }

    /// <summary>No more comes.</summary>
    public void Close()
    {
        lock (_gate)
            _early?.Known.TrySetResult(null);
    }

    private async ValueTask<Expected?> FindAsync(ulong ticket, CancellationToken stop)
    {
        TaskCompletionSource<Expected?> known;
        lock (_gate)
        {
            if (_expected.TryGetValue(ticket, out Expected? expected))
                return expected;
            known = new TaskCompletionSource<Expected?>(TaskCreationOptions.RunContinuationsAsynchronously);
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

    private void Drop(Expected expected)
    {
        if (expected.Message.IsDropped)
            return;
        expected.Message.IsDropped = true;
        _messageCount--;
    }

    private sealed record Expected(WaitingMessage Message, PayloadIntake Intake);

    private sealed class WaitingMessage(int missingCount, Action deliver)
    {
        public int MissingCount { get; set; } = missingCount;

        public bool IsDropped { get; set; }

        public Action Deliver { get; } = deliver;
    }
}
