namespace AkkaLstm.Protocol.Events;

/// <summary>
/// A worker takes too long; its tasks are given to others as well, and the first answer counts.
/// </summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Worker">The worker.</param>
/// <param name="After">Time since its last answer.</param>
public sealed record WorkerOverdue(Fence Fence, NodeId Worker, TimeSpan After) : JobEvent(Fence);
