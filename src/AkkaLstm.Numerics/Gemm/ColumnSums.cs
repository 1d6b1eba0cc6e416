using System.Numerics;
using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>Sums of columns over all rows, by the same tree over shards as <see cref="GradientLoop"/>.</summary>
internal static unsafe class ColumnSums
{
    /// <summary>Computes sums[m] = tree over shards of sum over (t, lane) of A[(t, lane), m].</summary>
    [SkipLocalsInit]
    public static void Run<TSimd, TVector>(in Operand a, InterleavedRows rows, int shardCount, float* sums)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        const int width = Activations.BlockColumns;
        int topLevel = BitOperations.Log2((uint)shardCount);
        float* levels = stackalloc float[(topLevel + 1) * width];
        for (int block = 0; block < rows.BlockCount; block++)
        {
            int count = rows.CountIn(block);
            int vectorised = a.IsPadded ? width : count / TSimd.Width * TSimd.Width;
            for (int shard = 0; shard < shardCount; shard++)
            {
                int lanes = a.Lanes / shardCount;
                float* source = a.Column(block * width) + shard * lanes * a.LaneStride;
                int joins = BitOperations.TrailingZeroCount(~shard);
                for (int column = 0; column < vectorised; column += TSimd.Width)
                    SumVector<TSimd, TVector>(source + column, a, lanes, joins, levels + column);
                for (int column = vectorised; column < count; column++)
                    SumOne(source + column, a, lanes, joins, levels + column);
            }

            new ReadOnlySpan<float>(levels + topLevel * width, count).CopyTo(new Span<float>(sums + rows.First(block), count));
        }
    }

    private static void SumVector<TSimd, TVector>(float* source, in Operand a, int lanes, int joins, float* levels)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        nint laneStride = a.LaneStride;
        TVector sum = default;
        for (int step = a.Rows / a.Lanes; step > 0; step--)
        {
            float* row = source;
            for (int lane = lanes; lane > 0; lane--)
            {
                sum = TSimd.Add(sum, TSimd.Load(row));
                row += laneStride;
            }

            source += a.StepStride;
        }

        for (int level = 0; level < joins; level++)
            sum = TSimd.Add(TSimd.Load(levels + level * Activations.BlockColumns), sum);
        TSimd.Store(levels + joins * Activations.BlockColumns, sum);
    }

    private static void SumOne(float* source, in Operand a, int lanes, int joins, float* levels)
    {
        float sum = 0;
        for (int step = a.Rows / a.Lanes; step > 0; step--)
        {
            for (int lane = 0; lane < lanes; lane++)
                sum += source[lane * a.LaneStride];
            source += a.StepStride;
        }

        for (int level = 0; level < joins; level++)
            sum = levels[level * Activations.BlockColumns] + sum;
        levels[joins * Activations.BlockColumns] = sum;
    }
}
