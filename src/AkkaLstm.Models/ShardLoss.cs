namespace AkkaLstm.Models;

/// <summary>The loss of one shard over one window, as sums: the division comes once, over all shards.</summary>
/// <param name="LossSum">Sum of the counted elements' losses: nats, squared errors or quantile losses.</param>
/// <param name="Count">Counted elements: targets, or target values (rows x O).</param>
/// <param name="Correct">Targets whose class had the largest output; 0 for other targets.</param>
public readonly record struct ShardLoss(double LossSum, long Count, long Correct);
