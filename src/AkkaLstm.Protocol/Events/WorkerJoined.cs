namespace AkkaLstm.Protocol.Events;

/// <summary>A worker takes part from the next assignment on.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Worker">The worker.</param>
/// <param name="Incarnation">Counts its restarts.</param>
public sealed record WorkerJoined(Fence Fence, NodeId Worker, int Incarnation) : JobEvent(Fence);
