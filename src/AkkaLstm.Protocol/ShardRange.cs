using System.Numerics;

namespace AkkaLstm.Protocol;

/// <summary>
/// An aligned subtree of the binary tree over the logical shards: <see cref="Count"/> is a power of two and
/// divides
/// <see cref="Start"/>. Two ranges are therefore either disjoint or nested, and a range can be summed where
/// it was computed without changing a bit of the whole sum.
/// </summary>
public readonly record struct ShardRange
{
    /// <summary>
    /// Creates the range of <paramref name="count"/> shards from <paramref name="start"/> on.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not an aligned power of two.</exception>
    public ShardRange(int start, int count)
    {
        if (count <= 0 || !BitOperations.IsPow2(count))
            throw new ArgumentOutOfRangeException(nameof(count), count, "must be a power of two");
        if (start < 0 || start % count != 0)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"must be a multiple of {count}");
        Start = start;
        Count = count;
    }

    /// <summary>Index of the first shard.</summary>
    public int Start { get; }

    /// <summary>Number of shards, a power of two.</summary>
    public int Count { get; }

    /// <summary>Index after the last shard.</summary>
    public int End => Start + Count;

    /// <summary>Whether <paramref name="other"/> lies within this range (or is it).</summary>
    public bool Contains(ShardRange other) => Start <= other.Start && other.End <= End;

    /// <summary>The two children in the tree.</summary>
    /// <exception cref="InvalidOperationException">The range is a single shard.</exception>
    public (ShardRange Left, ShardRange Right) Split()
    {
        if (Count == 1)
            throw new InvalidOperationException($"shard {Start} is a leaf");
        int half = Count / 2;
        return (new ShardRange(Start, half), new ShardRange(Start + half, half));
    }

    /// <summary>
    /// Decomposes the shards [<paramref name="start"/>, <paramref name="end"/>) into the fewest aligned
    /// subtrees, in order.
    /// </summary>
    public static IEnumerable<ShardRange> Decompose(int start, int end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        while (start < end)
        {
            int aligned = start == 0 ? 1 << 30 : start & -start;
            int fitting = 1 << BitOperations.Log2((uint)(end - start));
            int count = Math.Min(aligned, fitting);
            yield return new ShardRange(start, count);
            start += count;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Count == 1 ? $"shard {Start}" : $"shards {Start}..{End - 1}";
}
