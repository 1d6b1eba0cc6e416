namespace AkkaLstm.Protocol.Messages;

/// <summary>The coordinator knows the node; also the sign of life for one that has nothing to do.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
public sealed record Welcomed(Fence Fence) : Message(Fence);
