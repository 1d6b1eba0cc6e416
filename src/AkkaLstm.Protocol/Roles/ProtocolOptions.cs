namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// Deadlines and budgets of the roles. None of them can change a bit of the result, only how soon a run
/// reacts to trouble.
/// </summary>
public sealed record ProtocolOptions
{
    /// <summary>
    /// How often a role looks at its deadlines, by its one timer; deadlines are kept to within this. Default
    /// 1 s.
    /// </summary>
    public TimeSpan ReviewInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A request without an answer is repeated after this, and a node that hears nothing announces itself
    /// again. Default 10 s.
    /// </summary>
    public TimeSpan RepeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the coordinator waits for all servers and the first worker. Default 60 s.</summary>
    public TimeSpan GatherTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A worker's first task in a run, before any has been measured, is overdue after this. Default 5 min.
    /// </summary>
    public TimeSpan FirstTaskTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A task is overdue after this multiple of what its shards took in the slowest task of the last round.
    /// Default 4.
    /// </summary>
    public double OverdueFactor { get; init; } = 4;

    /// <summary>No task is overdue before this. Default 5 s.</summary>
    public TimeSpan MinTaskTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A worker that still owes an answer after this is lost, until it speaks again. Default 15 min.
    /// </summary>
    public TimeSpan WorkerLostTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A server that owes an answer for this long is lost. Default 15 min.</summary>
    public TimeSpan ServerLostTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long the job waits for a worker when none is left. Default 30 s.</summary>
    public TimeSpan NoWorkerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A node that hears nothing from the coordinator for this long stops. Default 30 min.</summary>
    public TimeSpan CoordinatorLostTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Restarts of one node that are granted within <see cref="RestartWindow"/>; at the next failure it is
    /// given up. Default 3.
    /// </summary>
    public int RestartBudget { get; init; } = 3;

    /// <summary>The window of the restart budget. Default 10 min.</summary>
    public TimeSpan RestartWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Times that a checkpoint write is tried before the job fails. Default 3.</summary>
    public int CheckpointAttempts { get; init; } = 3;

    /// <summary>Pause before a checkpoint write is tried again. Default 5 s.</summary>
    public TimeSpan CheckpointRetryInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A checkpoint write that takes longer fails the job. Default 15 min.</summary>
    public TimeSpan CheckpointTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ReviewInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RepeatInterval, ReviewInterval);
        ArgumentOutOfRangeException.ThrowIfLessThan(OverdueFactor, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(RestartBudget);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointAttempts, 1);
    }
}
