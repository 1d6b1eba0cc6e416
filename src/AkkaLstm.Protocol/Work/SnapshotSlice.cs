namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Copies parameters, optimizer state and carries of a slice between two steps. Result:
/// <see cref="SliceSnapshot"/>.
/// </summary>
/// <param name="Fence">Its step names the parameters: those of the next step.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Carries">Carried state of the shards that the slice owns, in shard order; null stands for
/// zeros.</param>
public sealed record SnapshotSlice(Fence Fence, SliceId Slice, IReadOnlyList<Payload?> Carries) : WorkOrder(Fence);
