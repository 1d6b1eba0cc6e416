namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Forward and backward over one window of a subtree of shards, as one batch; a pure function of its
/// arguments and the plan. Result: <see cref="ShardsComputed"/>.
/// </summary>
/// <param name="Fence">Its step selects the parameters and keys the dropout masks.</param>
/// <param name="Epoch">Epoch, from 0.</param>
/// <param name="StepInEpoch">Window within the epoch, from 0.</param>
/// <param name="Shards">The subtree.</param>
/// <param name="Parameters">Parameters of the step, by slice.</param>
/// <param name="Carries">Carried state by shard of the range; null stands for zeros.</param>
public sealed record ComputeShards(
    Fence Fence,
    int Epoch,
    int StepInEpoch,
    ShardRange Shards,
    IReadOnlyList<Payload> Parameters,
    IReadOnlyList<Payload?> Carries) : WorkOrder(Fence);
