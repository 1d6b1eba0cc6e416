using System.Runtime.CompilerServices;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>Copies 16 columns of all rows of an operand in the order in which weight gradients sum them: shard after shard, then (t, lane).</summary>
internal static unsafe class RowPacking
{
    /// <summary>Copies block <paramref name="block"/> of 16 columns to rows of <paramref name="targetStride"/> floats.</summary>
    /// <param name="source">The operand.</param>
    /// <param name="block">Which 16 columns.</param>
    /// <param name="count">How many of them there are; the others become zero.</param>
    /// <param name="shardCount">S.</param>
    /// <param name="target">Receives T*B rows.</param>
    /// <param name="targetStride">Floats from one row to the next.</param>
    public static void PackBlock<TSimd, TVector>(in Operand source, int block, int count, int shardCount, float* target, nint targetStride)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* origin = source.Column(block * Activations.BlockColumns);
        int lanes = source.Lanes / shardCount;
        int steps = source.Rows / source.Lanes;
        bool isWhole = source.IsPadded || count == Activations.BlockColumns;
        for (int shard = 0; shard < shardCount; shard++)
        {
            for (int step = 0; step < steps; step++)
            {
                float* row = origin + step * source.StepStride + shard * lanes * source.LaneStride;
                for (int lane = 0; lane < lanes; lane++)
                {
                    if (isWhole)
                        CopyWhole<TSimd, TVector>(row, target);
                    else
                        CopyPart(row, target, count);
                    row += source.LaneStride;
                    target += targetStride;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyWhole<TSimd, TVector>(float* source, float* target)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (int column = 0; column < Activations.BlockColumns; column += TSimd.Width)
            TSimd.Store(target + column, TSimd.Load(source + column));
    }

    private static void CopyPart(float* source, float* target, int count)
    {
        for (int column = 0; column < Activations.BlockColumns; column++)
            target[column] = column < count ? source[column] : 0;
    }
}
