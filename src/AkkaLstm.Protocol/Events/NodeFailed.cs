namespace AkkaLstm.Protocol.Events;

/// <summary>A node's work failed.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Node">The node.</param>
/// <param name="Incarnation">The one that failed.</param>
/// <param name="Error">One line.</param>
/// <param name="IsGivenUp">Whether its restart budget is used up.</param>
public sealed record NodeFailed(
    Fence Fence,
    NodeId Node,
    int Incarnation,
    string Error,
    bool IsGivenUp) : JobEvent(Fence);
