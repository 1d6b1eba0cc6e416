namespace AkkaLstm.Protocol.Events;

/// <summary>Somebody asked the job to stop.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
public sealed record StopAccepted(Fence Fence) : JobEvent(Fence);
