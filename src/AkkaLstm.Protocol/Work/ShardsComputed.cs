namespace AkkaLstm.Protocol.Work;

/// <summary>Result of <see cref="ComputeShards"/>.</summary>
/// <param name="Gradient">Gradient of the loss sum over the whole range, its shards joined by the fixed tree;
/// all slices of it.</param>
/// <param name="Carries">Carried state for the next step, by shard of the range; null stands for
/// zeros.</param>
/// <param name="Losses">By shard of the range.</param>
public sealed record ShardsComputed(
    Payload Gradient,
    IReadOnlyList<Payload?> Carries,
    IReadOnlyList<LossTotal> Losses) : WorkResult;
