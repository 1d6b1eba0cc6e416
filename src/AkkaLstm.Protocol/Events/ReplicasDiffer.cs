namespace AkkaLstm.Protocol.Events;

/// <summary>
/// Two servers of one slice gave different answers: one of them has a fault that went unnoticed. All go back to
/// a checkpoint.
/// </summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="First">One server.</param>
/// <param name="Second">The other.</param>
public sealed record ReplicasDiffer(Fence Fence, NodeId First, NodeId Second) : JobEvent(Fence);
