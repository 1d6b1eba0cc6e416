using System.Diagnostics;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// Collects gradients until their subtrees cover all shards. Any cover gives the same sum, so parts may
/// overlap and come in any order.
/// </summary>
internal sealed class GradientCover(int shardCount)
{
    // Invariant: disjoint; index of the part that covers a shard, or null.
    private readonly GradientPart?[] _partOfShard = new GradientPart?[shardCount];
    private int _coveredCount;

    public int ShardCount => shardCount;

    public bool IsComplete => _coveredCount == shardCount;

    /// <summary>Takes a part; false when its shards are covered already.</summary>
    public bool TryAdd(GradientPart part)
    {
        int missing = 0;
        for (int shard = part.Shards.Start; shard < part.Shards.End; shard++)
            missing += _partOfShard[shard] is null ? 1 : 0;
        if (missing == 0)
            return false;

        // Ranges are nested or disjoint: parts that were there lie within the new one and give way to it.
        for (int shard = part.Shards.Start; shard < part.Shards.End; shard++)
            _partOfShard[shard] = part;
        _coveredCount += missing;
        return true;
    }

    /// <summary>The parts in shard order, once complete.</summary>
    public IReadOnlyList<GradientPart> Parts()
    {
        Debug.Assert(IsComplete, "a sum over some of the shards is no gradient");
        var parts = new List<GradientPart>();
        for (int shard = 0; shard < shardCount; shard += parts[^1].Shards.Count)
        {
            parts.Add(_partOfShard[shard]!.Value);
            Debug.Assert(parts[^1].Shards.Start == shard, "parts must not overlap");
        }

        return parts;
    }

    /// <summary>What has not arrived, as the fewest subtrees.</summary>
    public IReadOnlyList<ShardRange> Missing()
    {
        var missing = new List<ShardRange>();
        for (int start = 0; start < shardCount; start++)
        {
            if (_partOfShard[start] is not null)
                continue;
            int end = start;
            while (end < shardCount && _partOfShard[end] is null)
                end++;
            missing.AddRange(ShardRange.Decompose(start, end));
            start = end;
        }

        return missing;
    }

    public void Clear()
    {
        Array.Clear(_partOfShard);
        _coveredCount = 0;
    }
}
