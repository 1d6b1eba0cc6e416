namespace AkkaLstm.Protocol.Work;

/// <summary>Result of <see cref="EvaluateShards"/>.</summary>
/// <param name="Losses">By shard of the range.</param>
public sealed record ShardsEvaluated(IReadOnlyList<LossTotal> Losses) : WorkResult;
