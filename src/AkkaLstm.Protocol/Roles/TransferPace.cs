namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// How long values take to travel in this job, so that those that are only on their way are not asked for again, or even
/// computed again.
/// </summary>
/// <param name="options">Deadlines.</param>
internal sealed class TransferPace(ProtocolOptions options)
{
    /// <summary>Of the last so many transfers the quickest counts: one that was lost and repeated teaches nothing.</summary>
    private const int KeptCount = 4;

    /// <summary>Nothing is known before there were so many, for the same reason.</summary>
    private const int LeastCount = 2;

    /// <summary>A transfer may take this many times as long before it is missed.</summary>
    private const int Margin = 2;

    /// <summary>Waits between repeated requests double so many times, then stay.</summary>
    private const int MostDoublings = 3;

    /// <summary>Times <see cref="ProtocolOptions.RepeatInterval"/>, and no wait grows beyond: where much is lost, all
    /// transfers are slow for the repeating.</summary>
    private const int MostIntervals = 16;

    private readonly Queue<TimeSpan> _last = new();

    /// <summary>Values are all there.</summary>
    public void Add(TimeSpan took)
    {
        if (_last.Count == KeptCount)
            _last.Dequeue();
        _last.Enqueue(took);
    }

    /// <summary>How long to wait for values before they are asked for again.</summary>
    /// <param name="repeatCount">Times that they were asked for again before.</param>
    /// <param name="seen">What other transfers of the step took; zero for nothing known.</param>
    public TimeSpan Patience(int repeatCount, TimeSpan seen = default)
    {
        TimeSpan quickest = _last.Count < LeastCount ? TimeSpan.Zero : _last.Min();
        TimeSpan expected = Margin * (seen > quickest ? seen : quickest);

        // Whoever is silent for ServerLostTimeout is lost; it must have been asked again before.
        TimeSpan most = options.ServerLostTimeout / 4;
        if (most > MostIntervals * options.RepeatInterval)
            most = MostIntervals * options.RepeatInterval;
        TimeSpan patience = expected < most ? expected : most;
        TimeSpan backoff = Backoff(options.RepeatInterval, repeatCount);
        return patience > backoff ? patience : backoff;
    }

    /// <summary>The wait before a request is repeated once more.</summary>
    public static TimeSpan Backoff(TimeSpan first, int repeatCount) => first * (1 << Math.Min(repeatCount, MostDoublings));
}
