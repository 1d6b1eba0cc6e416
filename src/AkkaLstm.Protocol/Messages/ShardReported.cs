namespace AkkaLstm.Protocol.Messages;

/// <summary>Worker to coordinator: a subtree is computed.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Kind">Training or validation.</param>
/// <param name="Shards">The subtree.</param>
/// <param name="Losses">By shard of the subtree.</param>
/// <param name="Compute">Time the mathematics took.</param>
public sealed record ShardReported(
    Fence Fence,
    RoundKind Kind,
    ShardRange Shards,
    IReadOnlyList<LossTotal> Losses,
    TimeSpan Compute) : Message(Fence);
