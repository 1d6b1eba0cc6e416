namespace AkkaLstm.Protocol.Messages;

/// <summary>Server to coordinator: the copy.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Slice">The slice.</param>
/// <param name="State">Parameters and optimizer state.</param>
/// <param name="Carries">Of the shards that the slice owns, in shard order; null stands for zeros.</param>
public sealed record SnapshotTaken(
    Fence Fence,
    SliceId Slice,
    Payload State,
    IReadOnlyList<Payload?> Carries) : Message(Fence);
