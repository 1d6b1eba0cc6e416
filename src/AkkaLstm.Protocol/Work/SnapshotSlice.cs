namespace AkkaLstm.Protocol.Work;

/// <summary>What a snapshot is for.</summary>
public enum SnapshotPurpose
{
    /// <summary>It goes into a checkpoint, together with those of the other slices.</summary>
    Checkpoint,

    /// <summary>Another server takes it over.</summary>
    Standby,
}

/// <summary>
/// Copies parameters, optimizer state and carries so that training can go on while the copy is used. Result:
/// <see cref="SliceSnapshot"/>.
/// </summary>
/// <param name="Fence">The step the state belongs to.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Carries">Carried state of the shards that the slice owns; null stands for zeros.</param>
public sealed record SnapshotSlice(
    Fence Fence,
    SliceId Slice,
    SnapshotPurpose Purpose,
    IReadOnlyList<Payload?> Carries) : WorkOrder(Fence);
