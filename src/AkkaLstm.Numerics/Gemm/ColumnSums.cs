using System.Numerics;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>Sums of columns over all rows, by the same tree over shards as <see cref="GradientLoop"/>.</summary>
internal static unsafe class ColumnSums
{
    /// <summary>Computes sums[m] = tree over shards of the sum over the shard's rows of A[row, m], for 16 columns.</summary>
    /// <param name="packed">A, (S, depth, 16).</param>
    /// <param name="depth">Rows of a shard.</param>
    /// <param name="shardCount">S.</param>
    /// <param name="count">How many of the columns count.</param>
    /// <param name="levels">Room for 16 floats per level of the tree.</param>
    /// <param name="sums">Receives the sums, (count).</param>
    public static void Run<TSimd, TVector>(float* packed, int depth, int shardCount, int count, float* levels, float* sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        const int width = Activations.BlockColumns;
        for (int shard = 0; shard < shardCount; shard++)
        {
            int joins = BitOperations.TrailingZeroCount(~shard);
            for (int column = 0; column < width; column += TSimd.Width)
            {
                TVector sum = default;
                float* row = packed + (nint)shard * depth * width + column;
                for (int k = 0; k < depth; k++)
                {
                    sum = TSimd.Add(sum, TSimd.Load(row));
                    row += width;
                }

                for (int level = 0; level < joins; level++)
                    sum = TSimd.Add(TSimd.Load(levels + level * width + column), sum);
                TSimd.Store(levels + joins * width + column, sum);
            }
        }

        int topLevel = BitOperations.Log2((uint)shardCount);
        new ReadOnlySpan<float>(levels + topLevel * width, count).CopyTo(new Span<float>(sums, count));
    }
}
