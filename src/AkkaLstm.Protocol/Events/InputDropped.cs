namespace AkkaLstm.Protocol.Events;

/// <summary>An input had no effect.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="What">Its type.</param>
/// <param name="From">Who sent it.</param>
/// <param name="Reason">Why.</param>
public sealed record InputDropped(
    Fence Fence,
    string What,
    NodeId From,
    DropReason Reason) : JobEvent(Fence);
