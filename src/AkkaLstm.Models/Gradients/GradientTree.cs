using System.Numerics;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Elementwise;

namespace AkkaLstm.Models.Gradients;

/// <summary>
/// Joins gradient sums of shards by the fixed binary tree over the shard index, ((s0 + s1) + (s2 + s3)) + ...,
/// whatever aligned subtrees the parts are, so that the result does not depend on which worker computed what.
/// </summary>
/// <remarks>
/// An embedding row that a subtree does not touch is absent there, not zero: a node's row is the sum of its
/// children's where both have it, and the one child's where only one has. Which rows a node touches is a fact about
/// its shards, so this too is independent of the parts.
/// </remarks>
public static class GradientTree
{
    /// <summary>Floats reduced at a time: the tree's levels stay in the first-level cache.</summary>
    private const int PieceLength = 2_048;

    /// <summary>
    /// Reduces the parts' gradients over <paramref name="result"/>'s slice and forms its blocks' sums of squares.
    /// </summary>
    /// <param name="parts">Aligned subtrees that cover the shards 0 .. <paramref name="shardCount"/> - 1, in any
    /// order; each for the slice or more.</param>
    /// <param name="shardCount">S, the plan's logical shards; a power of two.</param>
    /// <param name="result">Receives the sums.</param>
    /// <param name="threads">Threads to share the dense blocks; the result is the same on any number.</param>
    /// <exception cref="ArgumentException">The parts are not aligned subtrees that cover every shard once, or lack
    /// the slice.</exception>
    public static void Reduce(ReadOnlySpan<GradientPart> parts, int shardCount, ReducedSlice result, int threads = 1)
    {
        OrderParts(parts, shardCount, result);
        Gradient sum = result.Gradient;
        int pieceLength = Math.Max(PieceLength, sum.Layout.SparseRowWidth);
        int scratchLength = pieceLength * (BitOperations.Log2((uint)shardCount) + 1);
        result.EnsureScratch(parts.Length, scratchLength * threads);
        MergeRows(new Tree(result, result.Scratch.AsSpan(0, scratchLength), pieceLength), result);
        int sparseCount = SumSquaresOfRows(result);
        if (threads == 1)
            ReduceBlocks(result, result.Scratch, pieceLength, sparseCount, sum.Slice.BlockCount);
        else
            ReduceBlocks(result, scratchLength, pieceLength, sparseCount, threads);
    }

    /// <summary>Dense blocks are independent of each other: each thread does a run of them.</summary>
    private static void ReduceBlocks(ReducedSlice result, int scratchLength, int pieceLength, int first, int threads) =>
        WorkRange.Share(result.Gradient.Slice.BlockCount - first, threads, (thread, start, count) => ReduceBlocks(
            result,
            result.Scratch.AsSpan(thread * scratchLength, scratchLength),
            pieceLength,
            first + start,
            first + start + count));

    private static void ReduceBlocks(ReducedSlice result, Span<float> scratch, int pieceLength, int start, int end)
    {
        Gradient sum = result.Gradient;
        var tree = new Tree(result, scratch, pieceLength);
        for (int i = start; i < end; i++)
            result.BlockSquareSums[i] = ReduceBlock(tree, sum, sum.Layout.Blocks[sum.Slice.FirstBlock + i]);
    }

    private static void OrderParts(ReadOnlySpan<GradientPart> parts, int shardCount, ReducedSlice result)
    {
        if (!BitOperations.IsPow2(shardCount))
            throw new ArgumentException($"The number of shards is {shardCount}: it must be a power of two.");
        ParameterSlice slice = result.Gradient.Slice;
        List<GradientPart> ordered = result.Parts;
        ordered.Clear();
        foreach (GradientPart part in parts)
        {
            if (!BitOperations.IsPow2(part.ShardCount) || part.FirstShard % part.ShardCount != 0)
                throw new ArgumentException(
                    $"The part of {part.ShardCount} shards from {part.FirstShard} is not an aligned subtree.");
            if (part.Gradient.Slice.Start > slice.Start || part.Gradient.Slice.End < slice.End)
                throw new ArgumentException($"The part from shard {part.FirstShard} does not hold slice {slice.Index}.");
            int position = ordered.Count;
            while (position > 0 && ordered[position - 1].FirstShard > part.FirstShard)
                position--;
            ordered.Insert(position, part);
        }

        int covered = 0;
        foreach (GradientPart part in ordered)
        {
            if (part.FirstShard != covered)
                throw new ArgumentException($"The parts do not cover shard {Math.Min(covered, part.FirstShard)} exactly once.");
            covered += part.ShardCount;
        }

        if (covered != shardCount)
            throw new ArgumentException($"The parts cover {covered} shards of {shardCount}.");
    }

    private static double ReduceBlock(in Tree tree, Gradient sum, ParameterBlock block)
    {
        int end = block.Start + block.Length;
        for (int start = block.Start; start < end; start += PieceLength)
        {
            int length = Math.Min(PieceLength, end - start);
            Span<float> destination = sum.Dense.Span.Slice(start - sum.DenseStart, length);
            ReadOnlySpan<float> total = tree.SumDense(start, destination);
            if (total != destination)
                total.CopyTo(destination);
        }

        return SpanReductions.SumOfSquares(sum.Dense.Span.Slice(block.Start - sum.DenseStart, block.Length));
    }

    /// <summary>Merges the parts' sorted rows: the smallest row index that any part has next comes next.</summary>
    private static void MergeRows(in Tree tree, ReducedSlice result)
    {
        Gradient sum = result.Gradient;
        SparseRows rows = sum.Rows;
        rows.Count = 0;
        if (sum.EndRow == sum.FirstRow)
            return;
        List<GradientPart> parts = result.Parts;
        for (int p = 0; p < parts.Count; p++)
            result.RowCursors[p] = parts[p].Gradient.Rows.LowerBound(sum.FirstRow);
        while (true)
        {
            int row = sum.EndRow;
            for (int p = 0; p < parts.Count; p++)
            {
                SparseRows partRows = parts[p].Gradient.Rows;
                int cursor = result.RowCursors[p];
                if (cursor < partRows.Count)
                    row = Math.Min(row, partRows.Indices[cursor]);
            }

            if (row == sum.EndRow)
                return;
            rows.EnsureCapacity(rows.Count + 1);
            rows.Indices[rows.Count] = row;
            Span<float> destination = rows.Row(rows.Count++);
            ReadOnlySpan<float> total = tree.SumRow(row, destination);
            if (total != destination)
                total.CopyTo(destination);
            for (int p = 0; p < parts.Count; p++)
            {
                SparseRows partRows = parts[p].Gradient.Rows;
                int cursor = result.RowCursors[p];
                if (cursor < partRows.Count && partRows.Indices[cursor] == row)
                    result.RowCursors[p]++;
            }
        }
    }

    /// <summary>Sums of squares of the blocks of embedding rows, which come first; returns how many there are.</summary>
    private static int SumSquaresOfRows(ReducedSlice result)
    {
        Gradient sum = result.Gradient;
        int nextRow = 0;
        int i = 0;
        for (; i < sum.Slice.BlockCount; i++)
        {
            ParameterBlock block = sum.Layout.Blocks[sum.Slice.FirstBlock + i];
            if (block.Start >= sum.Layout.DenseStart)
                break;
            result.BlockSquareSums[i] = SumOfSquaresOfRows(sum, block, ref nextRow);
        }

        return i;
    }

    private static double SumOfSquaresOfRows(Gradient sum, ParameterBlock block, ref int nextRow)
    {
        int endRow = (block.Start + block.Length) / sum.Rows.Width;
        double total = 0;
        for (; nextRow < sum.Rows.Count && sum.Rows.Indices[nextRow] < endRow; nextRow++)
            total += SpanReductions.SumOfSquares(sum.Rows.Row(nextRow));
        return total;
    }

    /// <summary>
    /// The shard tree over the ordered parts: a node is a run of parts that together are an aligned subtree.
    /// </summary>
    private readonly ref struct Tree(ReducedSlice result, Span<float> scratch, int pieceLength)
    {
        private readonly Span<float> _scratch = scratch; // one piece for each level

        /// <summary>
        /// Sum of the dense piece at flat index <paramref name="start"/>; in the destination, or a part's own where
        /// there is one.
        /// </summary>
        public ReadOnlySpan<float> SumDense(int start, Span<float> destination) =>
            Sum(0, result.Parts.Count, start, -1, destination, 0);

        /// <summary>Sum of a row over the parts that have it.</summary>
        public ReadOnlySpan<float> SumRow(int row, Span<float> destination) =>
            Sum(0, result.Parts.Count, 0, row, destination, 0);

        private ReadOnlySpan<float> Sum(int firstPart, int partCount, int start, int row, Span<float> destination, int depth)
        {
            if (partCount == 1)
                return Leaf(firstPart, start, row, destination.Length);
            int leftCount = PartsInLeftHalf(firstPart, partCount);
            ReadOnlySpan<float> left = Sum(firstPart, leftCount, start, row, destination, depth + 1);
            Span<float> room = _scratch.Slice(depth * pieceLength, destination.Length);
            ReadOnlySpan<float> right = Sum(firstPart + leftCount, partCount - leftCount, start, row, room, depth + 1);
            if (right.IsEmpty)
                return left;
            if (left.IsEmpty)
            {
                // The scratch of this level is used again before the caller reads its left child.
                right.CopyTo(destination);
                return destination;
            }

            SpanArithmetic.Add(left, right, destination);
            return destination;
        }

        /// <summary>The part's own values; empty where it lacks the row.</summary>
        private ReadOnlySpan<float> Leaf(int part, int start, int row, int length)
        {
            Gradient gradient = result.Parts[part].Gradient;
            if (row < 0)
                return gradient.Dense.Span.Slice(start - gradient.DenseStart, length);
            int cursor = result.RowCursors[part];
            bool hasRow = cursor < gradient.Rows.Count && gradient.Rows.Indices[cursor] == row;
            return hasRow ? gradient.Rows.Row(cursor) : [];
        }

        private int PartsInLeftHalf(int firstPart, int partCount)
        {
            List<GradientPart> parts = result.Parts;
            GradientPart last = parts[firstPart + partCount - 1];
            int firstShard = parts[firstPart].FirstShard;
            int middle = firstShard + ((last.FirstShard + last.ShardCount - firstShard) / 2);
            int count = 0;
            while (parts[firstPart + count].FirstShard < middle)
                count++;
            return count;
        }
    }
}
