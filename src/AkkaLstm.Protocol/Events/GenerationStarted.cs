namespace AkkaLstm.Protocol.Events;

/// <summary>All servers load the same state, at the beginning or after the loss of a server.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="CheckpointId">Where from; null for the initial state.</param>
/// <param name="Reason">One line.</param>
public sealed record GenerationStarted(Fence Fence, string? CheckpointId, string Reason) : JobEvent(Fence);
