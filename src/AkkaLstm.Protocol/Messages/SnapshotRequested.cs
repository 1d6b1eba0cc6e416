namespace AkkaLstm.Protocol.Messages;

/// <summary>Coordinator to server, between two steps: copy your slice.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
public sealed record SnapshotRequested(Fence Fence) : Message(Fence);
