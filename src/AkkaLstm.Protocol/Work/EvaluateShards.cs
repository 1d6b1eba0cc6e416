namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Forward over the whole validation split for the lanes of a subtree of validation shards; the carry starts
/// at zero and stays inside. Result: <see cref="ShardsEvaluated"/>.
/// </summary>
/// <param name="Fence">Its step selects the parameters.</param>
/// <param name="Shards">The subtree of the validation shards.</param>
/// <param name="Parameters">Parameters of the step, by slice.</param>
public sealed record EvaluateShards(Fence Fence, ShardRange Shards, IReadOnlyList<Payload> Parameters)
    : WorkOrder(Fence);
