namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// Coordinator to worker: compute these subtrees of the round. Sent again for the same round it adds
/// subtrees, or asks for answers that got lost.
/// </summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Kind">Training or validation.</param>
/// <param name="Epoch">Epoch of the step, from 0.</param>
/// <param name="StepInEpoch">Window of the epoch, from 0.</param>
/// <param name="Holders">By slice, who holds it: parameters are pulled from the first that answers, gradients
/// go to all.</param>
/// <param name="Ranges">The subtrees.</param>
public sealed record StepAssigned(
    Fence Fence,
    RoundKind Kind,
    int Epoch,
    int StepInEpoch,
    IReadOnlyList<IReadOnlyList<NodeId>> Holders,
    IReadOnlyList<ShardRange> Ranges) : Message(Fence);
