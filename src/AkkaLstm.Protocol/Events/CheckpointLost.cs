namespace AkkaLstm.Protocol.Events;

/// <summary>A checkpoint cannot be loaded any more; the next older one is taken.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="CheckpointId">Which.</param>
/// <param name="Error">One line.</param>
public sealed record CheckpointLost(Fence Fence, string CheckpointId, string Error) : JobEvent(Fence);
