namespace AkkaLstm.Protocol.Events;

/// <summary>A node is taken to be gone.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Node">The node.</param>
/// <param name="Reason">One line.</param>
public sealed record NodeLost(Fence Fence, NodeId Node, string Reason) : JobEvent(Fence);
