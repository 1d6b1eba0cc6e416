namespace AkkaLstm.Protocol.Messages;

/// <summary>Server to coordinator: the slice is loaded.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Checksum">Over the bits of its parameters.</param>
public sealed record SliceReady(Fence Fence, SliceId Slice, ulong Checksum) : Message(Fence);
