namespace AkkaLstm.Wire.Tensors;

/// <summary>Bytes that the receiver still takes. One taker at a time; credits and a fault may come any time.</summary>
internal sealed class CreditWindow
{
    private const long MostBytes = 1L << 31;

    private readonly Lock _gate = new();
    private long _available;
    private WireException? _fault;
    private TaskCompletionSource? _waiter;

    /// <summary>Takes bytes as soon as there are as many.</summary>
    /// <exception cref="WireException">The channel has failed.</exception>
    /// <exception cref="OperationCanceledException">They did not come before the token.</exception>
    public async ValueTask TakeAsync(int bytes, CancellationToken stop)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                ThrowIfFailed();
                if (_available >= bytes)
                {
                    _available -= bytes;
                    return;
                }

                _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = _waiter.Task;
            }

            await more.WaitAsync(stop);
        }
    }

    /// <summary>The receiver takes more.</summary>
    /// <exception cref="WireException">It claims more than any window has.</exception>
    public void Add(int bytes)
    {
        lock (_gate)
        {
            _available += bytes;
            if (_available > MostBytes)
                throw new WireException(WireError.OutOfRange, $"the receiver claims to take {_available} bytes");
            Wake();
        }
    }

    /// <summary>The channel has failed; whoever waits or comes hears of it. The first reason stays.</summary>
    public void Fail(WireException fault)
    {
        lock (_gate)
        {
            _fault ??= fault;
            Wake();
        }
    }

    /// <summary>Fails when the channel has.</summary>
    public void ThrowIfFailed()
    {
        // A new exception each time: one that is thrown twice loses where it was thrown first.
        if (_fault is { } fault)
            throw new WireException(fault.Error, fault.Message, fault);
    }

    private void Wake()
    {
        _waiter?.TrySetResult();
        _waiter = null;
    }
}
