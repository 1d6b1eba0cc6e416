namespace AkkaLstm.Protocol.Work;

/// <summary>A subtree's gradient on its way into the reduction.</summary>
/// <param name="Shards">The subtree.</param>
/// <param name="Gradient">As in <see cref="ShardsComputed.Gradient"/>, or only the slice's share of
/// it.</param>
public readonly record struct GradientPart(ShardRange Shards, Payload Gradient);
