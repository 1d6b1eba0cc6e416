namespace AkkaLstm.Protocol.Events;

/// <summary>A server lacks gradients that had been reported; they are computed again.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Ranges">What it lacks.</param>
public sealed record GradientRecomputed(
    Fence Fence,
    SliceId Slice,
    IReadOnlyList<ShardRange> Ranges) : JobEvent(Fence);
