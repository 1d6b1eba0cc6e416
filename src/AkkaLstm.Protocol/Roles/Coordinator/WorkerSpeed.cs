namespace AkkaLstm.Protocol.Roles;

/// <summary>How long a worker takes for a shard, smoothed over rounds.</summary>
internal sealed class WorkerSpeed
{
    /// <summary>Weight of the newest round.</summary>
    private const double Weight = 0.3;

    /// <summary>
    /// A worker that is given nothing is believed to be this much faster each round, so that one that has
    /// recovered comes to be tried again.
    /// </summary>
    private const double Forgiveness = 0.95;

    /// <summary>Time per shard; zero while nothing is known.</summary>
    public TimeSpan TimePerShard { get; private set; }

    public void Measured(TimeSpan timePerShard) => TimePerShard = TimePerShard == TimeSpan.Zero
        ? timePerShard
        : (TimePerShard * (1 - Weight)) + (timePerShard * Weight);

    public void SatOut() => TimePerShard *= Forgiveness;
}
