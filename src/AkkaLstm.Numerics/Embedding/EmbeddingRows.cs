using System.Numerics;
using AkkaLstm.Numerics.Elementwise;

namespace AkkaLstm.Numerics.Embedding;

/// <summary>Reads rows of an embedding table and adds up their gradients, in an order that is fixed by the shards alone.</summary>
/// <remarks>
/// Dimensions: V rows of the table, E floats in a row, T time steps, B lanes, S logical shards of B / S consecutive lanes each, ld
/// distance in floats between the rows of activations, at least E; what stands between E and ld is neither read nor written.
/// </remarks>
public static class EmbeddingRows
{
    /// <summary>destination[r] = table[tokens[r]].</summary>
    /// <param name="table">(V, E).</param>
    /// <param name="width">E.</param>
    /// <param name="tokens">(rows), each in [0, V).</param>
    /// <param name="destination">(rows, ld).</param>
    /// <param name="rowStride">ld.</param>
    /// <exception cref="ArgumentException">The sizes do not fit or the buffers overlap.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token is not a row of the table; the rows before it were written.</exception>
    public static void Gather(
        ReadOnlySpan<float> table, int width, ReadOnlySpan<int> tokens, Span<float> destination, int rowStride)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        SpanGuard.MatrixFits(destination.Length, tokens.Length, width, rowStride);
        SpanGuard.Apart(table, destination);
        int rowCount = table.Length / width;
        for (int r = 0; r < tokens.Length; r++)
        {
            int token = tokens[r];
            if ((uint)token >= (uint)rowCount)
                throw new ArgumentOutOfRangeException(nameof(tokens), token, $"must be in [0, {rowCount})");
            table.Slice(token * width, width).CopyTo(destination.Slice(r * rowStride, width));
        }
    }

    /// <summary>Floats of scratch that <see cref="ScatterAdd"/> needs: E for every level of the tree over the shards.</summary>
    public static int ScratchLength(int width, int shardCount) => width * BitOperations.Log2((uint)shardCount);

    /// <summary>
    /// Gradient of the table: row v is the sum of the gradients d[t, b] with tokens[t, b] = v. Rows that no token names are absent.
    /// </summary>
    /// <remarks>
    /// A shard sums its gradients in the order of (t, lane), starting from the first. The shards' sums are joined by the binary tree
    /// ((s0 + s1) + (s2 + s3)) + ...; a shard without the token is absent, not zero. So the result for an aligned subtree of shards has
    /// the same bits wherever and together with whatever other shards it is computed.
    /// </remarks>
    /// <param name="tokens">(T, B), not negative.</param>
    /// <param name="d">(T, B, ld).</param>
    /// <param name="rowStride">ld.</param>
    /// <param name="lanes">B.</param>
    /// <param name="width">E.</param>
    /// <param name="shardCount">S, a power of two that divides B.</param>
    /// <param name="keys">Scratch, at least T * B.</param>
    /// <param name="scratch">Scratch, at least <see cref="ScratchLength"/>.</param>
    /// <param name="rowIds">Receives the touched rows in ascending order; room for T * B, or for V if that is less.</param>
    /// <param name="rowValues">(rows, E): receives their sums; the same room.</param>
    /// <returns>The number of touched rows.</returns>
    /// <exception cref="ArgumentException">The sizes do not fit, or there is no room for a row.</exception>
    public static int ScatterAdd(
        ReadOnlySpan<int> tokens,
        ReadOnlySpan<float> d,
        int rowStride,
        int lanes,
        int width,
        int shardCount,
        Span<long> keys,
        Span<float> scratch,
        Span<int> rowIds,
        Span<float> rowValues)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lanes);
        if (!BitOperations.IsPow2(shardCount) || lanes % shardCount != 0 || tokens.Length % lanes != 0)
            throw new ArgumentException($"{tokens.Length} tokens of {lanes} lanes cannot be cut into {shardCount} shards", nameof(shardCount));
        SpanGuard.MatrixFits(d.Length, tokens.Length, width, rowStride);
        ArgumentOutOfRangeException.ThrowIfLessThan(keys.Length, tokens.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, ScratchLength(width, shardCount));

        ShardOrder order = new(lanes, shardCount, tokens.Length / lanes);
        keys = keys[..tokens.Length];
        order.SortKeys(tokens, keys);
        TokenSum sum = new(order, keys, d, rowStride, scratch);
        int count = 0;
        while (sum.HasNext)
        {
            if (count == rowIds.Length || (count + 1) * width > rowValues.Length)
                throw new ArgumentException($"no room for touched row {count}", nameof(rowIds));
            rowIds[count] = sum.NextToken();
            sum.AddShards(0, shardCount, rowValues.Slice(count * width, width));
            count++;
        }

        return count;
    }

    /// <summary>Maps (t, lane) to its place in the order (shard, t, lane) and back.</summary>
    private readonly struct ShardOrder(int lanes, int shardCount, int timeSteps)
    {
        private readonly int _lanesInShard = lanes / shardCount;
        private readonly int _shardLength = lanes / shardCount * timeSteps;

        /// <summary>Keys token * 2^32 + place, ascending: equal tokens stand together, in the order of their addition.</summary>
        public void SortKeys(ReadOnlySpan<int> tokens, Span<long> keys)
        {
            for (int place = 0; place < tokens.Length; place++)
            {
                int token = tokens[RowOf(place)];
                ArgumentOutOfRangeException.ThrowIfNegative(token, nameof(tokens));
                keys[place] = ((long)token << 32) | (uint)place;
            }

            keys.Sort();
        }

        public int ShardOf(int place) => place / _shardLength;

        /// <summary>Row t * B + lane of the activations.</summary>
        public int RowOf(int place)
        {
            int shard = place / _shardLength;
            int inShard = place - (shard * _shardLength);
            int t = inShard / _lanesInShard;
            return (t * lanes) + (shard * _lanesInShard) + (inShard - (t * _lanesInShard));
        }
    }

    /// <summary>Walks through the sorted keys and sums the gradients of one token after the other.</summary>
    private ref struct TokenSum(
        ShardOrder order, ReadOnlySpan<long> keys, ReadOnlySpan<float> d, int rowStride, Span<float> scratch)
    {
        private readonly ReadOnlySpan<long> _keys = keys;
        private readonly ReadOnlySpan<float> _d = d;
        private readonly Span<float> _scratch = scratch;
        private int _next;
        private int _token;

        public readonly bool HasNext => _next < _keys.Length;

        /// <summary>Goes on to the next token.</summary>
        public int NextToken() => _token = (int)(_keys[_next] >> 32);

        /// <summary>The node of the tree over the given shards; false if none of them has the token.</summary>
        public bool AddShards(int firstShard, int shardCount, Span<float> sum)
        {
            if (!IsWithin(firstShard + shardCount))
                return false;
            if (shardCount == 1)
            {
                Next(sum.Length).CopyTo(sum);
                while (IsWithin(firstShard + 1))
                    SpanArithmetic.AddInto(Next(sum.Length), sum);
                return true;
            }

            int half = shardCount / 2;
            int level = BitOperations.Log2((uint)half);
            Span<float> right = _scratch.Slice(level * sum.Length, sum.Length);
            bool hasLeft = AddShards(firstShard, half, sum);
            if (AddShards(firstShard + half, half, hasLeft ? right : sum) && hasLeft)
                SpanArithmetic.AddInto(right, sum);
            return true;
        }

        /// <summary>Whether the next key is of the present token and of a shard below the limit.</summary>
        private readonly bool IsWithin(int endShard) =>
            _next < _keys.Length && (int)(_keys[_next] >> 32) == _token && order.ShardOf((int)_keys[_next]) < endShard;

        private ReadOnlySpan<float> Next(int width) => _d.Slice(order.RowOf((int)_keys[_next++]) * rowStride, width);
    }
}
