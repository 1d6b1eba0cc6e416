namespace AkkaLstm.Protocol.Messages;

/// <summary>Coordinator to worker: a server of the round in hand is gone, others hold its slice.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Holders">By slice, who holds it; the first is asked first.</param>
public sealed record HoldersChanged(
    Fence Fence,
    IReadOnlyList<IReadOnlyList<NodeId>> Holders) : Message(Fence);
