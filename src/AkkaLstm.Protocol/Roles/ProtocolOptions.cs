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
    /// How often workers and servers tell the coordinator that they are there. Default 1 s.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A worker from which nothing has come for this long is lost, until it speaks again. Default 4 s.
    /// </summary>
    public TimeSpan WorkerSilenceTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// A server from which nothing has come for this long is lost. Longer than a worker's, because without a
    /// standby it costs the steps since the last checkpoint. Default 15 s.
    /// </summary>
    public TimeSpan ServerSilenceTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A request without an answer is repeated after this. Default 10 s.</summary>
    public TimeSpan RepeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the coordinator waits for all servers and enough workers before a generation. Default 60 s.
    /// </summary>
    public TimeSpan GatherTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a generation waits for servers that it could do without: standbys, and those that may hold a
    /// newer state than the checkpoint. Default 5 s.
    /// </summary>
    public TimeSpan GatherGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A worker's first task in a run, before any has been measured, is overdue after this. Default 5 min.
    /// </summary>
    public TimeSpan FirstTaskTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A worker is overdue after this multiple of the median time that workers took for their shares of the last
    /// round. Default 4.
    /// </summary>
    public double OverdueFactor { get; init; } = 4;

    /// <summary>No task is overdue before this. Default 5 s.</summary>
    public TimeSpan MinTaskTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A worker that is there but still owes an answer after this is lost, until it gives it. Default 1 h.
    /// </summary>
    public TimeSpan WorkerLostTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A server that is there but owes an answer for this long is lost. Default 15 min.</summary>
    public TimeSpan ServerLostTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Workers without which no step begins. Default 1.</summary>
    public int MinWorkers { get; init; } = 1;

    /// <summary>
    /// How long the job waits for workers when there are fewer than <see cref="MinWorkers"/>, or none in the
    /// middle of a round. Default 30 s.
    /// </summary>
    public TimeSpan MinWorkersTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A node that wants to leave and is not let go stops all the same after this. Default 30 s.</summary>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromSeconds(30);

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
        ArgumentOutOfRangeException.ThrowIfLessThan(HeartbeatInterval, ReviewInterval);
        ArgumentOutOfRangeException.ThrowIfLessThan(WorkerSilenceTimeout, HeartbeatInterval * 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(ServerSilenceTimeout, HeartbeatInterval * 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(OverdueFactor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinWorkers, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(RestartBudget);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointAttempts, 1);
    }
}
