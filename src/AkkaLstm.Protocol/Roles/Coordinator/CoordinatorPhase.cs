namespace AkkaLstm.Protocol.Roles;

/// <summary>What the coordinator is waiting for.</summary>
public enum CoordinatorPhase
{
    /// <summary>All servers and a worker to announce themselves.</summary>
    Gathering,

    /// <summary>All servers to load their slices.</summary>
    Restoring,

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
