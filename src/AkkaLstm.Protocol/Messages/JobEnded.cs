namespace AkkaLstm.Protocol.Messages;

/// <summary>Coordinator to all: the job is over, stop.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
public sealed record JobEnded(Fence Fence) : Message(Fence);
