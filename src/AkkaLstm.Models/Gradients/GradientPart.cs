namespace AkkaLstm.Models.Gradients;

/// <summary>The gradient sum of an aligned subtree of the shard tree, as a worker sends it.</summary>
/// <param name="FirstShard">First shard of the subtree; a multiple of <paramref name="ShardCount"/>.</param>
/// <param name="ShardCount">Shards in the subtree; a power of two.</param>
/// <param name="Gradient">Their gradient sum, joined by the tree.</param>
public readonly record struct GradientPart(int FirstShard, int ShardCount, Gradient Gradient);
