namespace AkkaLstm.Protocol;

/// <summary>What the message around a bulk value says of it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Fence">The message's.</param>
/// <param name="Slice">The slice that the message is about. A gradient is one of all slices, of which this one
/// travels.</param>
public readonly record struct PayloadPlace(PayloadKind Kind, Fence Fence, SliceId Slice);
