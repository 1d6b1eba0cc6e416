namespace AkkaLstm.Protocol.Events;

/// <summary>A server has taken over the state of another one of its slice and stands by from now on.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Server">The server.</param>
/// <param name="Source">Whose state it has taken.</param>
public sealed record ReplicaSynced(Fence Fence, NodeId Server, NodeId Source) : JobEvent(Fence);
