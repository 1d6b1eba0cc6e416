namespace AkkaLstm.Protocol.Roles;

/// <summary>What a worker does.</summary>
public enum WorkerPhase
{
    /// <summary>Nothing to do, or all done.</summary>
    Idle,

    /// <summary>It waits for parameters and carries.</summary>
    Pulling,

    /// <summary>Its executor is at work on its tasks.</summary>
    Computing,

    /// <summary>Its work has failed; the coordinator is to say what to do.</summary>
    Faulted,

    /// <summary>It has stopped for good.</summary>
    Stopped,
}
