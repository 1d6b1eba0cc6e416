using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// Whether a job had a cause to end otherwise than completed: a stop that somebody asked for, a disk that failed, a
/// cluster that was taken apart.
/// </summary>
internal sealed class Justification(SimulatedCluster cluster, ProtocolOptions options) : IClusterObserver
{
    private static readonly FaultKind[] FailingFaults =
    [
        FaultKind.DiskFull, FaultKind.DiskError, FaultKind.DiskSlow, FaultKind.SlowNode, FaultKind.SlowWork,
        FaultKind.ClockJump, FaultKind.ClockRate, FaultKind.Pause, FaultKind.PermanentFailure, FaultKind.MemoryError,
    ];

    private readonly FaultCounts _counts = new();
    private TimeSpan _lastFaultAt;

    /// <summary>From when on nothing goes wrong; null while it does.</summary>
    public TimeSpan? HealedAt { get; set; }

    /// <inheritdoc/>
    public void OnFault(FaultKind kind, string what)
    {
        _counts.Add(kind);
        _lastFaultAt = cluster.Agenda.Now;
    }

    /// <summary>Ends the seed when an outcome has no cause.</summary>
    public void Check(JobOutcome outcome)
    {
        bool isJustified = outcome.Kind switch
        {
            JobOutcomeKind.Completed => true,
            JobOutcomeKind.Stopped => _counts[FaultKind.Stop] > 0,
            JobOutcomeKind.Failed => Array.Exists(FailingFaults, kind => _counts[kind] > 0),
            _ => _counts.Total > 0 && cluster.Agenda.Now - CauseAt <= Memory,
        };
        if (!isJustified)
        {
            throw new SimulationFailureException(
                Verdict.NoProgress, $"the job ended as {outcome.Kind} without a cause: {outcome.Reason}");
        }
    }

    private TimeSpan CauseAt => HealedAt ?? _lastFaultAt;

    /// <summary>How long after a fault the roles may still give up because of it.</summary>
    private TimeSpan Memory => LongestWaits(options) + options.RestartWindow;

    /// <summary>All deadlines one after the other.</summary>
    public static TimeSpan LongestWaits(ProtocolOptions options) =>
        options.GatherTimeout + options.FirstTaskTimeout + (2 * options.WorkerLostTimeout)
        + (2 * options.ServerLostTimeout) + options.MinWorkersTimeout + options.GatherGrace
        + options.ServerSilenceTimeout + options.CoordinatorLostTimeout
        + (2 * options.CheckpointAttempts * (options.CheckpointTimeout + options.CheckpointRetryInterval));
}
