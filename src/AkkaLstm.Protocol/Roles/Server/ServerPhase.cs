namespace AkkaLstm.Protocol.Roles;

/// <summary>What a server does.</summary>
public enum ServerPhase
{
    /// <summary>It holds nothing and waits to be told what to load.</summary>
    Empty,

    /// <summary>Its executor loads the slice.</summary>
    Restoring,

    /// <summary>It holds the parameters of the step and collects gradients.</summary>
    Collecting,

    /// <summary>Its executor sums the gradients.</summary>
    Reducing,

    /// <summary>The sum is ready; the coordinator is to say how to apply it.</summary>
    Reduced,

    /// <summary>Its executor runs the optimizer.</summary>
    Applying,

    /// <summary>Its executor copies the slice.</summary>
    Snapshotting,

    /// <summary>Its work has failed; the coordinator is to say what to do.</summary>
    Faulted,

    /// <summary>It has stopped for good.</summary>
    Stopped,
}
