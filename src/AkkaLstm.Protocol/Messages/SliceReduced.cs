namespace AkkaLstm.Protocol.Messages;

/// <summary>Server to coordinator: all shards' gradients are in and summed.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Slice">The slice.</param>
/// <param name="BlockSquareSums">Sum of squares of the summed gradient, by parameter block of the
/// slice.</param>
public sealed record SliceReduced(
    Fence Fence,
    SliceId Slice,
    IReadOnlyList<double> BlockSquareSums) : Message(Fence);
