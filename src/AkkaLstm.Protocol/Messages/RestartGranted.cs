namespace AkkaLstm.Protocol.Messages;

/// <summary>Coordinator to a faulted node: start again as a new incarnation.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Incarnation">The one that failed.</param>
public sealed record RestartGranted(Fence Fence, int Incarnation) : Message(Fence);
