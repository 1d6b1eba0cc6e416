namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// Server to coordinator: these subtrees' gradients have not arrived; somebody is to compute or send them
/// again.
/// </summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Ranges">What is missing.</param>
public sealed record GradientMissing(
    Fence Fence,
    SliceId Slice,
    IReadOnlyList<ShardRange> Ranges) : Message(Fence);
