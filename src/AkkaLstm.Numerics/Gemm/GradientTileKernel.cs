using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>What <see cref="GradientTileKernel"/> multiplies: up to 6 columns of A by up to 4 vectors of columns of B, over rows of both.</summary>
internal unsafe struct GradientTileTask
{
    /// <summary>A at the first row and the tile's first column, rows of 16 floats.</summary>
    public float* A;

    /// <summary>B at the first row and the tile's first column.</summary>
    public float* B;

    /// <summary>Floats from one row to the next in B.</summary>
    public nint BStride;

    /// <summary>Rows to sum over, at least 1.</summary>
    public int Depth;

    /// <summary>What is needed next: two cache lines of it are fetched for every k, so that they arrive while there is work to do.</summary>
    public float* Next;

    /// <summary>Floats by which <see cref="Next"/> moves with every k.</summary>
    public nint NextStride;

    /// <summary>Where unfinished sums are kept, rows of <see cref="GradientTileKernel.TileColumns"/> floats.</summary>
    public float* Result;

    /// <summary>Receives the sums.</summary>
    public float* Target;

    /// <summary>Floats from one row of <see cref="Target"/> to the next.</summary>
    public nint TargetStride;

    /// <summary>Whether the sums go on from what <see cref="Result"/> holds instead of from zero.</summary>
    public bool Continues;

    /// <summary>How many finished tiles are added at the end; they lie below <see cref="Result"/>, the last one furthest down.</summary>
    public int JoinCount;

    /// <summary>Floats from one level of finished tiles to the next.</summary>
    public nint LevelStride;
}

/// <summary>
/// The innermost loop of weight gradients: R[m, n] = sum over rows k of A[k, m] * B[k, n] for a tile that stays in registers.
/// </summary>
/// <remarks>
/// One chain of fused multiply-adds per element, in the order of the rows. The sums of finished shards are added while the tile is still
/// in registers: joining level j adds the tile of the 2^j shards before it, so that the order is that of a binary tree.
/// </remarks>
internal static unsafe class GradientTileKernel
{
    /// <summary>Floats of a row of the result: four of the widest vectors.</summary>
    public const int TileColumns = 64;

    /// <summary>Computes a tile.</summary>
    [SkipLocalsInit]
    public static void Run<TSimd, TVector, TRows, TVectors>(ref GradientTileTask task)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        TVector c00 = default, c01 = default, c02 = default, c03 = default;
        TVector c10 = default, c11 = default, c12 = default, c13 = default;
        TVector c20 = default, c21 = default, c22 = default, c23 = default;
        TVector c30 = default, c31 = default, c32 = default, c33 = default;
        TVector c40 = default, c41 = default, c42 = default, c43 = default;
        TVector c50 = default, c51 = default, c52 = default, c53 = default;
        if (task.Continues)
        {
            {
                float* c = task.Result;
                c00 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c01 = TSimd.Load(c + 1 * TSimd.Width);
                if (TVectors.Value > 2)
                    c02 = TSimd.Load(c + 2 * TSimd.Width);
                if (TVectors.Value > 3)
                    c03 = TSimd.Load(c + 3 * TSimd.Width);
            }

            if (TRows.Value > 1)
            {
                float* c = task.Result + 1 * TileColumns;
                c10 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c11 = TSimd.Load(c + 1 * TSimd.Width);
                if (TVectors.Value > 2)
                    c12 = TSimd.Load(c + 2 * TSimd.Width);
                if (TVectors.Value > 3)
                    c13 = TSimd.Load(c + 3 * TSimd.Width);
            }

            if (TRows.Value > 2)
            {
                float* c = task.Result + 2 * TileColumns;
                c20 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c21 = TSimd.Load(c + 1 * TSimd.Width);
                if (TVectors.Value > 2)
                    c22 = TSimd.Load(c + 2 * TSimd.Width);
                if (TVectors.Value > 3)
                    c23 = TSimd.Load(c + 3 * TSimd.Width);
            }

            if (TRows.Value > 3)
            {
                float* c = task.Result + 3 * TileColumns;
                c30 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c31 = TSimd.Load(c + 1 * TSimd.Width);
                if (TVectors.Value > 2)
                    c32 = TSimd.Load(c + 2 * TSimd.Width);
                if (TVectors.Value > 3)
                    c33 = TSimd.Load(c + 3 * TSimd.Width);
            }

            if (TRows.Value > 4)
            {
                float* c = task.Result + 4 * TileColumns;
                c40 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c41 = TSimd.Load(c + 1 * TSimd.Width);
                if (TVectors.Value > 2)
                    c42 = TSimd.Load(c + 2 * TSimd.Width);
                if (TVectors.Value > 3)
                    c43 = TSimd.Load(c + 3 * TSimd.Width);
            }

            if (TRows.Value > 5)
            {
                float* c = task.Result + 5 * TileColumns;
                c50 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c51 = TSimd.Load(c + 1 * TSimd.Width);
                if (TVectors.Value > 2)
                    c52 = TSimd.Load(c + 2 * TSimd.Width);
                if (TVectors.Value > 3)
                    c53 = TSimd.Load(c + 3 * TSimd.Width);
            }
        }

        float* a = task.A;
        float* b = task.B;
        nint bStride = task.BStride;
        int depth = task.Depth;
        float* next = task.Next;
        nint nextStride = task.NextStride;
        do
        {
            TVector x0 = TSimd.Broadcast(a[0]);
            TVector x1 = TRows.Value > 1 ? TSimd.Broadcast(a[1]) : default;
            TVector x2 = TRows.Value > 2 ? TSimd.Broadcast(a[2]) : default;
            TVector x3 = TRows.Value > 3 ? TSimd.Broadcast(a[3]) : default;
            TVector x4 = TRows.Value > 4 ? TSimd.Broadcast(a[4]) : default;
            TVector x5 = TRows.Value > 5 ? TSimd.Broadcast(a[5]) : default;
            {
                TVector y = TSimd.Load(b);
                c00 = TSimd.FusedMultiplyAdd(x0, y, c00);
                if (TRows.Value > 1)
                    c10 = TSimd.FusedMultiplyAdd(x1, y, c10);
                if (TRows.Value > 2)
                    c20 = TSimd.FusedMultiplyAdd(x2, y, c20);
                if (TRows.Value > 3)
                    c30 = TSimd.FusedMultiplyAdd(x3, y, c30);
                if (TRows.Value > 4)
                    c40 = TSimd.FusedMultiplyAdd(x4, y, c40);
                if (TRows.Value > 5)
                    c50 = TSimd.FusedMultiplyAdd(x5, y, c50);
            }

            if (TVectors.Value > 1)
            {
                TVector y = TSimd.Load(b + 1 * TSimd.Width);
                c01 = TSimd.FusedMultiplyAdd(x0, y, c01);
                if (TRows.Value > 1)
                    c11 = TSimd.FusedMultiplyAdd(x1, y, c11);
                if (TRows.Value > 2)
                    c21 = TSimd.FusedMultiplyAdd(x2, y, c21);
                if (TRows.Value > 3)
                    c31 = TSimd.FusedMultiplyAdd(x3, y, c31);
                if (TRows.Value > 4)
                    c41 = TSimd.FusedMultiplyAdd(x4, y, c41);
                if (TRows.Value > 5)
                    c51 = TSimd.FusedMultiplyAdd(x5, y, c51);
            }

            if (TVectors.Value > 2)
            {
                TVector y = TSimd.Load(b + 2 * TSimd.Width);
                c02 = TSimd.FusedMultiplyAdd(x0, y, c02);
                if (TRows.Value > 1)
                    c12 = TSimd.FusedMultiplyAdd(x1, y, c12);
                if (TRows.Value > 2)
                    c22 = TSimd.FusedMultiplyAdd(x2, y, c22);
                if (TRows.Value > 3)
                    c32 = TSimd.FusedMultiplyAdd(x3, y, c32);
                if (TRows.Value > 4)
                    c42 = TSimd.FusedMultiplyAdd(x4, y, c42);
                if (TRows.Value > 5)
                    c52 = TSimd.FusedMultiplyAdd(x5, y, c52);
            }

            if (TVectors.Value > 3)
            {
                TVector y = TSimd.Load(b + 3 * TSimd.Width);
                c03 = TSimd.FusedMultiplyAdd(x0, y, c03);
                if (TRows.Value > 1)
                    c13 = TSimd.FusedMultiplyAdd(x1, y, c13);
                if (TRows.Value > 2)
                    c23 = TSimd.FusedMultiplyAdd(x2, y, c23);
                if (TRows.Value > 3)
                    c33 = TSimd.FusedMultiplyAdd(x3, y, c33);
                if (TRows.Value > 4)
                    c43 = TSimd.FusedMultiplyAdd(x4, y, c43);
                if (TRows.Value > 5)
                    c53 = TSimd.FusedMultiplyAdd(x5, y, c53);
            }

            TileKernel.PrefetchTwoLines(next);
            next += nextStride;
            a += Activations.BlockColumns;
            b += bStride;
        }
        while (--depth != 0);

        float* finished = task.Result - task.JoinCount * task.LevelStride;
        for (int join = task.JoinCount; join > 0; join--)
        {
            {
                float* c = finished;
                c00 = TSimd.Add(TSimd.Load(c), c00);
                if (TVectors.Value > 1)
                    c01 = TSimd.Add(TSimd.Load(c + 1 * TSimd.Width), c01);
                if (TVectors.Value > 2)
                    c02 = TSimd.Add(TSimd.Load(c + 2 * TSimd.Width), c02);
                if (TVectors.Value > 3)
                    c03 = TSimd.Add(TSimd.Load(c + 3 * TSimd.Width), c03);
            }

            if (TRows.Value > 1)
            {
                float* c = finished + 1 * TileColumns;
                c10 = TSimd.Add(TSimd.Load(c), c10);
                if (TVectors.Value > 1)
                    c11 = TSimd.Add(TSimd.Load(c + 1 * TSimd.Width), c11);
                if (TVectors.Value > 2)
                    c12 = TSimd.Add(TSimd.Load(c + 2 * TSimd.Width), c12);
                if (TVectors.Value > 3)
                    c13 = TSimd.Add(TSimd.Load(c + 3 * TSimd.Width), c13);
            }

            if (TRows.Value > 2)
            {
                float* c = finished + 2 * TileColumns;
                c20 = TSimd.Add(TSimd.Load(c), c20);
                if (TVectors.Value > 1)
                    c21 = TSimd.Add(TSimd.Load(c + 1 * TSimd.Width), c21);
                if (TVectors.Value > 2)
                    c22 = TSimd.Add(TSimd.Load(c + 2 * TSimd.Width), c22);
                if (TVectors.Value > 3)
                    c23 = TSimd.Add(TSimd.Load(c + 3 * TSimd.Width), c23);
            }

            if (TRows.Value > 3)
            {
                float* c = finished + 3 * TileColumns;
                c30 = TSimd.Add(TSimd.Load(c), c30);
                if (TVectors.Value > 1)
                    c31 = TSimd.Add(TSimd.Load(c + 1 * TSimd.Width), c31);
                if (TVectors.Value > 2)
                    c32 = TSimd.Add(TSimd.Load(c + 2 * TSimd.Width), c32);
                if (TVectors.Value > 3)
                    c33 = TSimd.Add(TSimd.Load(c + 3 * TSimd.Width), c33);
            }

            if (TRows.Value > 4)
            {
                float* c = finished + 4 * TileColumns;
                c40 = TSimd.Add(TSimd.Load(c), c40);
                if (TVectors.Value > 1)
                    c41 = TSimd.Add(TSimd.Load(c + 1 * TSimd.Width), c41);
                if (TVectors.Value > 2)
                    c42 = TSimd.Add(TSimd.Load(c + 2 * TSimd.Width), c42);
                if (TVectors.Value > 3)
                    c43 = TSimd.Add(TSimd.Load(c + 3 * TSimd.Width), c43);
            }

            if (TRows.Value > 5)
            {
                float* c = finished + 5 * TileColumns;
                c50 = TSimd.Add(TSimd.Load(c), c50);
                if (TVectors.Value > 1)
                    c51 = TSimd.Add(TSimd.Load(c + 1 * TSimd.Width), c51);
                if (TVectors.Value > 2)
                    c52 = TSimd.Add(TSimd.Load(c + 2 * TSimd.Width), c52);
                if (TVectors.Value > 3)
                    c53 = TSimd.Add(TSimd.Load(c + 3 * TSimd.Width), c53);
            }

            finished += task.LevelStride;
        }

        {
            float* c = task.Target;
            TSimd.Store(c, c00);
            if (TVectors.Value > 1)
                TSimd.Store(c + 1 * TSimd.Width, c01);
            if (TVectors.Value > 2)
                TSimd.Store(c + 2 * TSimd.Width, c02);
            if (TVectors.Value > 3)
                TSimd.Store(c + 3 * TSimd.Width, c03);
        }

        if (TRows.Value > 1)
        {
            float* c = task.Target + 1 * task.TargetStride;
            TSimd.Store(c, c10);
            if (TVectors.Value > 1)
                TSimd.Store(c + 1 * TSimd.Width, c11);
            if (TVectors.Value > 2)
                TSimd.Store(c + 2 * TSimd.Width, c12);
            if (TVectors.Value > 3)
                TSimd.Store(c + 3 * TSimd.Width, c13);
        }

        if (TRows.Value > 2)
        {
            float* c = task.Target + 2 * task.TargetStride;
            TSimd.Store(c, c20);
            if (TVectors.Value > 1)
                TSimd.Store(c + 1 * TSimd.Width, c21);
            if (TVectors.Value > 2)
                TSimd.Store(c + 2 * TSimd.Width, c22);
            if (TVectors.Value > 3)
                TSimd.Store(c + 3 * TSimd.Width, c23);
        }

        if (TRows.Value > 3)
        {
            float* c = task.Target + 3 * task.TargetStride;
            TSimd.Store(c, c30);
            if (TVectors.Value > 1)
                TSimd.Store(c + 1 * TSimd.Width, c31);
            if (TVectors.Value > 2)
                TSimd.Store(c + 2 * TSimd.Width, c32);
            if (TVectors.Value > 3)
                TSimd.Store(c + 3 * TSimd.Width, c33);
        }

        if (TRows.Value > 4)
        {
            float* c = task.Target + 4 * task.TargetStride;
            TSimd.Store(c, c40);
            if (TVectors.Value > 1)
                TSimd.Store(c + 1 * TSimd.Width, c41);
            if (TVectors.Value > 2)
                TSimd.Store(c + 2 * TSimd.Width, c42);
            if (TVectors.Value > 3)
                TSimd.Store(c + 3 * TSimd.Width, c43);
        }

        if (TRows.Value > 5)
        {
            float* c = task.Target + 5 * task.TargetStride;
            TSimd.Store(c, c50);
            if (TVectors.Value > 1)
                TSimd.Store(c + 1 * TSimd.Width, c51);
            if (TVectors.Value > 2)
                TSimd.Store(c + 2 * TSimd.Width, c52);
            if (TVectors.Value > 3)
                TSimd.Store(c + 3 * TSimd.Width, c53);
        }
    }
}
