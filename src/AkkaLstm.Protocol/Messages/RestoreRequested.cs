using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// Coordinator to server: load this slice and belong to this generation. Answered by <see cref="SliceReady"/>.
/// </summary>
/// <param name="Fence">The new generation and the step that the state belongs to.</param>
/// <param name="Slice">The slice to hold.</param>
/// <param name="Replica">0 for the slice's first seat, r for standby r.</param>
/// <param name="ShardCount">S.</param>
/// <param name="Progress">Where the job stands with this state.</param>
/// <param name="CheckpointId">Where from; null for the plan's initial state.</param>
/// <param name="Copy">The state of another server of the slice, to be taken instead of a checkpoint; null for
/// none.</param>
public sealed record RestoreRequested(
    Fence Fence,
    SliceId Slice,
    int Replica,
    int ShardCount,
    JobProgress Progress,
    string? CheckpointId,
    SliceCopy? Copy = null) : Message(Fence);
