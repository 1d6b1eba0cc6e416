namespace AkkaLstm.Protocol.Events;

/// <summary>A node asked to leave and was let go; it owes nothing.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Node">The node.</param>
public sealed record NodeLeft(Fence Fence, NodeId Node) : JobEvent(Fence);
