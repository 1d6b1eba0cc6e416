namespace AkkaLstm.Protocol.Messages;

/// <summary>Worker to server: a subtree's gradient, and the carries that the server keeps.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Slice">The slice of the gradient that is meant.</param>
/// <param name="Shards">The subtree.</param>
/// <param name="Gradient">Its gradient sum.</param>
/// <param name="Carries">Carried state for the next step by shard of the subtree, those of the slice's own shards;
/// null for zeros, and for shards of other slices.</param>
public sealed record PushGradient(
    Fence Fence,
    SliceId Slice,
    ShardRange Shards,
    Payload Gradient,
    IReadOnlyList<Payload?> Carries) : Message(Fence);
