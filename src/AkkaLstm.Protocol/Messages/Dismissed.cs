namespace AkkaLstm.Protocol.Messages;

/// <summary>Coordinator to a node: you are given up, stop.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Reason">One line.</param>
public sealed record Dismissed(Fence Fence, string Reason) : Message(Fence);
