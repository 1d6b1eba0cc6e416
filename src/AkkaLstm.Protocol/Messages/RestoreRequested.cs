namespace AkkaLstm.Protocol.Messages;

/// <summary>Coordinator to server: load this slice and belong to this generation.</summary>
/// <param name="Fence">The new generation and the step that the checkpoint holds.</param>
/// <param name="Slice">The slice to hold.</param>
/// <param name="CheckpointId">Where from; null for the plan's initial state.</param>
/// <param name="ShardCount">S.</param>
public sealed record RestoreRequested(
    Fence Fence,
    SliceId Slice,
    string? CheckpointId,
    int ShardCount) : Message(Fence);
