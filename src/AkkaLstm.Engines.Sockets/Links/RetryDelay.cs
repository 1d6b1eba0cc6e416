namespace AkkaLstm.Engines.Sockets.Links;

/// <summary>
/// Pauses between attempts: each twice as long as the one before, up to a longest, and of random length between half
/// and the whole of that, so that nodes that lost the same peer do not come back all at once.
/// </summary>
internal sealed class RetryDelay(LinkOptions options)
{
    private TimeSpan _next = options.FirstRetryDelay;

    /// <summary>The next pause.</summary>
    public TimeSpan Next()
    {
        TimeSpan pause = _next * (0.5 + (0.5 * Random.Shared.NextDouble()));
        _next = _next * 2 < options.LongestRetryDelay ? _next * 2 : options.LongestRetryDelay;
        return pause;
    }

    /// <summary>Waits before the next attempt.</summary>
    public Task WaitAsync(CancellationToken stop) => Task.Delay(Next(), stop);

    /// <summary>An attempt has succeeded.</summary>
    public void Reset() => _next = options.FirstRetryDelay;
}
