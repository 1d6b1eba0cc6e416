namespace AkkaLstm.Protocol.Events;

/// <summary>Where a generation takes its state from.</summary>
public enum StateSource
{
    /// <summary>The plan's initial state.</summary>
    Initial,

    /// <summary>A checkpoint.</summary>
    Checkpoint,

    /// <summary>What the servers hold: no step is lost.</summary>
    Servers,
}

/// <summary>
/// The servers agree on a state: at the beginning, after the loss of a server, or for a coordinator that was
/// started anew.
/// </summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Source">Where the state comes from.</param>
/// <param name="CheckpointId">The checkpoint; null where the state comes from elsewhere.</param>
/// <param name="Reason">One line.</param>
public sealed record GenerationStarted(
    Fence Fence,
    StateSource Source,
    string? CheckpointId,
    string Reason) : JobEvent(Fence);
