namespace AkkaLstm.Protocol.Events;

/// <summary>An answer did not come in time and was asked for again.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Node">Who is asked.</param>
/// <param name="Request">The type of the message.</param>
public sealed record RequestRepeated(Fence Fence, NodeId Node, string Request) : JobEvent(Fence);
