namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// Coordinator to worker: compute these shard tasks. More of the same round may follow; a repeated one asks
/// for the answers again.
/// </summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Kind">Training or validation.</param>
/// <param name="Epoch">Epoch, from 0.</param>
/// <param name="StepInEpoch">Window within the epoch, from 0.</param>
/// <param name="SliceCount">K; slice k is held by server k.</param>
/// <param name="Ranges">Subtrees to compute, in this order.</param>
public sealed record StepAssigned(
    Fence Fence,
    RoundKind Kind,
    int Epoch,
    int StepInEpoch,
    int SliceCount,
    IReadOnlyList<ShardRange> Ranges) : Message(Fence);
