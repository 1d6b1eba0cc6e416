namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Loads or initialises a slice; whatever the executor held before is replaced. Result:
/// <see cref="SliceRestored"/>.
/// </summary>
/// <param name="Fence">Its step is the one the parameters belong to.</param>
/// <param name="Slice">The slice; the checkpoint may have been written with another number of them.</param>
/// <param name="Replica">0 for the slice's first seat, r for standby r; seats of one process share no
/// buffers.</param>
/// <param name="CheckpointId">A checkpoint as named by <see cref="CheckpointWritten"/> or by the job; null
/// for the plan's initial state.</param>
/// <param name="ShardCount">S; the slice's share of the carries follows from it, see
/// <see cref="SliceId.FirstOwnedShard"/>.</param>
/// <param name="Copy">Another server's state, to be taken instead of a checkpoint; null for none.</param>
public sealed record RestoreSlice(
    Fence Fence,
    SliceId Slice,
    int Replica,
    string? CheckpointId,
    int ShardCount,
    SliceCopy? Copy = null) : WorkOrder(Fence);
