namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// Server to coordinator: the slice has taken the step and holds the parameters of the next one.
/// </summary>
/// <param name="Fence">The step that was applied.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Checksum">Over the bits of the new parameters.</param>
public sealed record SliceUpdated(Fence Fence, SliceId Slice, ulong Checksum) : Message(Fence);
