namespace AkkaLstm.Wire.Tensors;

/// <summary>
/// Pinned float arrays that are used again: fresh memory costs a page fault every 4 KiB, which is two thirds of a
/// transfer's time. Lengths repeat from step to step, so arrays are kept by their exact length. Thread-safe.
/// </summary>
/// <param name="maxBytes">Most bytes in arrays, lent ones and idle ones together.</param>
public sealed class TensorPool(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Stack<float[]>> _idle = [];
    private long _bytes;
    private TaskCompletionSource _returned = NewSignal();

    /// <summary>Bytes in arrays, lent ones and idle ones together; at most the limit.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    /// <summary>Lends an array of exactly this length, as soon as it fits; its content is left over.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It would not even fit into an empty pool.</exception>
    /// <exception cref="OperationCanceledException">It did not fit before the token.</exception>
    public async ValueTask<float[]> RentAsync(int length, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)length * sizeof(float), maxBytes, nameof(length));
        while (true)
        {
            Task returned;
            lock (_gate)
            {
                if (TryTake(length) is { } array)
                    return array;
                returned = _returned.Task;
            }

            await returned.WaitAsync(stop);
        }
    }

    /// <summary>Gives an array back.</summary>
    public void Return(float[] array)
    {
        lock (_gate)
        {
            if (!_idle.TryGetValue(array.Length, out Stack<float[]>? same))
                _idle[array.Length] = same = [];
            same.Push(array);
            _returned.TrySetResult();
            _returned = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private float[]? TryTake(int length)
    {
        if (_idle.TryGetValue(length, out Stack<float[]>? same) && same.TryPop(out float[]? idle))
            return idle;
        long bytes = (long)length * sizeof(float);
        foreach (Stack<float[]> others in _idle.Values)
        {
            while (_bytes + bytes > maxBytes && others.TryPop(out float[]? dropped))
                _bytes -= (long)dropped.Length * sizeof(float);
        }

        if (_bytes + bytes > maxBytes)
            return null;
        _bytes += bytes;
        return GC.AllocateUninitializedArray<float>(length, pinned: true);
    }
}
