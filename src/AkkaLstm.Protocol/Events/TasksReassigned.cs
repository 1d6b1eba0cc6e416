namespace AkkaLstm.Protocol.Events;

/// <summary>Shard tasks went to another worker.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="To">Who has them now.</param>
/// <param name="Ranges">The tasks.</param>
public sealed record TasksReassigned(
    Fence Fence,
    NodeId To,
    IReadOnlyList<ShardRange> Ranges) : JobEvent(Fence);
