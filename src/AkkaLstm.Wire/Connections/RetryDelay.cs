namespace AkkaLstm.Wire.Connections;

/// <summary>
/// Pauses between attempts: each twice as long as the one before, up to a longest, and of random length between half
/// and the whole of that, so that nodes that lost the same peer do not come back all at once.
/// </summary>
public sealed class RetryDelay
{
    private readonly TimeSpan _first;
    private readonly TimeSpan _longest;
    private TimeSpan _next;

    /// <summary>Begins.</summary>
    /// <param name="first">Pause before the second attempt.</param>
    /// <param name="longest">Longest pause.</param>
    public RetryDelay(TimeSpan first, TimeSpan longest) => (_first, _longest, _next) = (first, longest, first);

    /// <summary>The next pause.</summary>
    public TimeSpan Next()
    {
        TimeSpan pause = _next * (0.5 + (0.5 * Random.Shared.NextDouble()));
        _next = _next * 2 < _longest ? _next * 2 : _longest;
        return pause;
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="stop">Ends the wait.</param>
    public Task WaitAsync(CancellationToken stop) => Task.Delay(Next(), stop);

    /// <summary>An attempt has succeeded.</summary>
    public void Reset() => _next = _first;
}
