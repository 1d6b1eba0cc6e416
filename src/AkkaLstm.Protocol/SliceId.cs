namespace AkkaLstm.Protocol;

/// <summary>
/// Slice <paramref name="Index"/> of <paramref name="Count"/> (K): the part of the parameters that one server
/// holds.
/// </summary>
/// <param name="Index">0 to <paramref name="Count"/> - 1.</param>
/// <param name="Count">Number of servers in this generation.</param>
public readonly record struct SliceId(int Index, int Count)
{
    /// <summary>
    /// Index of the slice whose server keeps the carried state of a shard: s * K / S, contiguous and
    /// balanced.
    /// </summary>
    public static int OwnerOfShard(int shard, int shardCount, int sliceCount) =>
        (int)((long)shard * sliceCount / shardCount);

    /// <summary>
    /// The first shard whose carried state this slice's server keeps; equals the next slice's first when
    /// there is none.
    /// </summary>
    public int FirstOwnedShard(int shardCount) => (int)(((long)Index * shardCount + Count - 1) / Count);

    /// <summary>Number of shards whose carried state this slice's server keeps.</summary>
    public int OwnedShardCount(int shardCount) =>
        new SliceId(Index + 1, Count).FirstOwnedShard(shardCount) - FirstOwnedShard(shardCount);

    /// <inheritdoc/>
    public override string ToString() => $"slice {Index} of {Count}";
}
