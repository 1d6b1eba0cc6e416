namespace AkkaLstm.Engines.Simulation;

/// <summary>How long work takes, and what goes wrong with it.</summary>
internal sealed record WorkConditions
{
    /// <summary>Mean time to compute one shard.</summary>
    public TimeSpan ShardTime { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Mean time of a server's work.</summary>
    public TimeSpan ServerTime { get; init; } = TimeSpan.FromMicroseconds(500);

    /// <summary>Mean time to write a checkpoint.</summary>
    public TimeSpan WriteTime { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Probability that an order throws.</summary>
    public double Failure { get; init; }

    /// <summary>Probability that an order throws an error that lasts.</summary>
    public double PermanentFailure { get; init; }

    /// <summary>Probability that an update is answered with a wrong checksum.</summary>
    public double MemoryError { get; init; }

    /// <summary>Probability that an order never ends.</summary>
    public double Hang { get; init; }

    /// <summary>Probability that an order takes <see cref="SlowFactor"/> times as long.</summary>
    public double Slow { get; init; }

    /// <summary>See <see cref="Slow"/>.</summary>
    public double SlowFactor { get; init; } = 50;

    /// <summary>Probability that a checkpoint write throws.</summary>
    public double DiskError { get; init; }

    /// <summary>Whether the disk has no room.</summary>
    public bool IsDiskFull { get; init; }

    /// <summary>How many times as long a checkpoint write takes.</summary>
    public double DiskSlowness { get; init; } = 1;

    /// <summary>Probability that a crash in a write leaves a file with its name and a part of its bytes.</summary>
    public double FlushLoss { get; init; }

    /// <summary>Share of the messages to the coordinator that go to one which is not the newest.</summary>
    public double OldAddress { get; init; }

    /// <summary>The same speed with nothing wrong.</summary>
    public WorkConditions Healed => this with
    {
        Failure = 0, PermanentFailure = 0, MemoryError = 0, Hang = 0, Slow = 0, DiskError = 0, IsDiskFull = false, DiskSlowness = 1, FlushLoss = 0,
        OldAddress = 0,
    };
}
