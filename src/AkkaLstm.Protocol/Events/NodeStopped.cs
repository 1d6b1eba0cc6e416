namespace AkkaLstm.Protocol.Events;

/// <summary>A role stopped for good.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Reason">One line.</param>
public sealed record NodeStopped(Fence Fence, string Reason) : JobEvent(Fence);
