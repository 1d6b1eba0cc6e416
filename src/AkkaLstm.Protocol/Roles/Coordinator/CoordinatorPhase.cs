namespace AkkaLstm.Protocol.Roles;

/// <summary>What the coordinator is waiting for.</summary>
public enum CoordinatorPhase
{
    /// <summary>A server for each slice to say what it holds, and enough workers.</summary>
    Gathering,

    /// <summary>All servers to load their slices, or to keep what they hold.</summary>
    Restoring,

    /// <summary>A standby to take over the state of another server.</summary>
    Syncing,

    /// <summary>Enough workers for the next round.</summary>
    AwaitingWorkers,

    /// <summary>Losses of the validation shards.</summary>
    Evaluating,

    /// <summary>Losses of the step's shards, and the servers' sums.</summary>
    Computing,

    /// <summary>All servers to take the step.</summary>
    Applying,

    /// <summary>All servers to copy their slices.</summary>
    Snapshotting,

    /// <summary>The last checkpoints to be written.</summary>
    Draining,

    /// <summary>Nothing: the job is over.</summary>
    Done,
}
