namespace AkkaLstm.Protocol.Messages;

/// <summary>Worker to server: send your slice of this step and the carries that you keep.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Slice">The slice.</param>
public sealed record PullParameters(Fence Fence, SliceId Slice) : Message(Fence);
