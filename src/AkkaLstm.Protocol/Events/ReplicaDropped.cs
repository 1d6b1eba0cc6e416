namespace AkkaLstm.Protocol.Events;

/// <summary>A server is out of the generation; another one holds its slice, so no step is lost.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Server">The server.</param>
/// <param name="Reason">One line.</param>
public sealed record ReplicaDropped(Fence Fence, NodeId Server, string Reason) : JobEvent(Fence);
