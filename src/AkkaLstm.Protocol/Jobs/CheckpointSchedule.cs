namespace AkkaLstm.Protocol.Jobs;

/// <summary>When checkpoints are written, besides those at a stop and at the end of the job.</summary>
public sealed record CheckpointSchedule
{
    /// <summary>Every so many steps; null for never.</summary>
    public long? EverySteps { get; init; }

    /// <summary>
    /// When at least this much time has passed since the last snapshot; null for never. Default 10 minutes.
    /// </summary>
    public TimeSpan? Every { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// At the end of each epoch. Default true; an epoch that is the best so far is always kept.
    /// </summary>
    public bool AtEpochEnd { get; init; } = true;
}
