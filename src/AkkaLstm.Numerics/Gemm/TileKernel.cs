using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>What <see cref="TileKernel"/> multiplies: up to 6 rows of A by up to 4 vectors of columns of B.</summary>
internal unsafe struct TileTask
{
    /// <summary>A at the first k, relative to which <see cref="ARows"/> are.</summary>
    public float* A;

    /// <summary>Where each row of the tile starts in A.</summary>
    public nint* ARows;

    /// <summary>Values of k that lie side by side in a row of A.</summary>
    public int RunLength;

    /// <summary>Floats to skip in A after such a run.</summary>
    public nint RunSkip;

    /// <summary>How many k to sum over, at least 1.</summary>
    public int Depth;

    /// <summary>B at the first k and the first column of the tile.</summary>
    public float* B;

    /// <summary>Floats from one k to the next in B.</summary>
    public nint BStride;

    /// <summary>What is needed next: two cache lines of it are fetched for every k, so that they arrive while there is work to do.</summary>
    public float* Next;

    /// <summary>Floats by which <see cref="Next"/> moves with every k.</summary>
    public nint NextStride;

    /// <summary>C at the first column of the tile, relative to which <see cref="CRows"/> are.</summary>
    public float* C;

    /// <summary>Where each row of the tile starts in C.</summary>
    public nint* CRows;

    /// <summary>Floats from one block of 16 columns of C to the next.</summary>
    public nint CBlockStride;

    /// <summary>What the sums start from.</summary>
    public TileStart Start;

    /// <summary>The start value of each column, where <see cref="Start"/> says so.</summary>
    public float* Bias;
}

/// <summary>What the sums of a tile start from.</summary>
internal enum TileStart
{
    /// <summary>Zero.</summary>
    Zero,

    /// <summary>A value for each column.</summary>
    Bias,

    /// <summary>What C holds.</summary>
    C,
}

/// <summary>
/// The innermost loop of all products: C[r, n] = start + sum over k of A[r, k] * B[k, n] for a tile that stays in registers.
/// </summary>
/// <remarks>
/// Each element is one chain of fused multiply-adds in the order of k, whatever the vector's width and the tile's size, so these cannot
/// change a bit. 6 x 4 accumulators, 6 broadcast values and 1 vector of B are 31 of the 32 registers of AVX-512; 3 x 4 need all 16
/// of AVX2. The accumulators are separate variables because only those are kept in registers.
/// </remarks>
internal static unsafe class TileKernel
{
    /// <summary>The most rows that keep all accumulators in registers.</summary>
    public static int MaxRows<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Width == 16 ? 6 : 3;

    /// <summary>Computes a tile.</summary>
    [SkipLocalsInit]
    public static void Run<TSimd, TVector, TRows, TVectors>(ref TileTask task)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        nint column1 = VectorOffset<TSimd, TVector>(1, task.CBlockStride);
        nint column2 = VectorOffset<TSimd, TVector>(2, task.CBlockStride);
        nint column3 = VectorOffset<TSimd, TVector>(3, task.CBlockStride);
        TVector c00 = default, c01 = default, c02 = default, c03 = default;
        TVector c10 = default, c11 = default, c12 = default, c13 = default;
        TVector c20 = default, c21 = default, c22 = default, c23 = default;
        TVector c30 = default, c31 = default, c32 = default, c33 = default;
        TVector c40 = default, c41 = default, c42 = default, c43 = default;
        TVector c50 = default, c51 = default, c52 = default, c53 = default;
        if (task.Start == TileStart.C)
        {
            {
                float* c = task.C + task.CRows[0];
                c00 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c01 = TSimd.Load(c + column1);
                if (TVectors.Value > 2)
                    c02 = TSimd.Load(c + column2);
                if (TVectors.Value > 3)
                    c03 = TSimd.Load(c + column3);
            }

            if (TRows.Value > 1)
            {
                float* c = task.C + task.CRows[1];
                c10 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c11 = TSimd.Load(c + column1);
                if (TVectors.Value > 2)
                    c12 = TSimd.Load(c + column2);
                if (TVectors.Value > 3)
                    c13 = TSimd.Load(c + column3);
            }

            if (TRows.Value > 2)
            {
                float* c = task.C + task.CRows[2];
                c20 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c21 = TSimd.Load(c + column1);
                if (TVectors.Value > 2)
                    c22 = TSimd.Load(c + column2);
                if (TVectors.Value > 3)
                    c23 = TSimd.Load(c + column3);
            }

            if (TRows.Value > 3)
            {
                float* c = task.C + task.CRows[3];
                c30 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c31 = TSimd.Load(c + column1);
                if (TVectors.Value > 2)
                    c32 = TSimd.Load(c + column2);
                if (TVectors.Value > 3)
                    c33 = TSimd.Load(c + column3);
            }

            if (TRows.Value > 4)
            {
                float* c = task.C + task.CRows[4];
                c40 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c41 = TSimd.Load(c + column1);
                if (TVectors.Value > 2)
                    c42 = TSimd.Load(c + column2);
                if (TVectors.Value > 3)
                    c43 = TSimd.Load(c + column3);
            }

            if (TRows.Value > 5)
            {
                float* c = task.C + task.CRows[5];
                c50 = TSimd.Load(c);
                if (TVectors.Value > 1)
                    c51 = TSimd.Load(c + column1);
                if (TVectors.Value > 2)
                    c52 = TSimd.Load(c + column2);
                if (TVectors.Value > 3)
                    c53 = TSimd.Load(c + column3);
            }
        }
        else if (task.Start == TileStart.Bias)
        {
            c00 = TSimd.Load(task.Bias);
            if (TVectors.Value > 1)
                c01 = TSimd.Load(task.Bias + 1 * TSimd.Width);
            if (TVectors.Value > 2)
                c02 = TSimd.Load(task.Bias + 2 * TSimd.Width);
            if (TVectors.Value > 3)
                c03 = TSimd.Load(task.Bias + 3 * TSimd.Width);
            c50 = c40 = c30 = c20 = c10 = c00;
            c51 = c41 = c31 = c21 = c11 = c01;
            c52 = c42 = c32 = c22 = c12 = c02;
            c53 = c43 = c33 = c23 = c13 = c03;
        }

        float* a0 = task.A + task.ARows[0];
        float* a1 = TRows.Value > 1 ? task.A + task.ARows[1] : null;
        float* a2 = TRows.Value > 2 ? task.A + task.ARows[2] : null;
        float* a3 = TRows.Value > 3 ? task.A + task.ARows[3] : null;
        float* a4 = TRows.Value > 4 ? task.A + task.ARows[4] : null;
        float* a5 = TRows.Value > 5 ? task.A + task.ARows[5] : null;
        float* b = task.B;
        nint bStride = task.BStride;
        int remaining = task.Depth;
        nint k = 0;
        float* next = task.Next;
        nint nextStride = task.NextStride;
        while (true)
        {
            int run = Math.Min(remaining, task.RunLength);
            remaining -= run;
            do
            {
                TVector x0 = TSimd.Broadcast(a0[k]);
                TVector x1 = TRows.Value > 1 ? TSimd.Broadcast(a1[k]) : default;
                TVector x2 = TRows.Value > 2 ? TSimd.Broadcast(a2[k]) : default;
                TVector x3 = TRows.Value > 3 ? TSimd.Broadcast(a3[k]) : default;
                TVector x4 = TRows.Value > 4 ? TSimd.Broadcast(a4[k]) : default;
                TVector x5 = TRows.Value > 5 ? TSimd.Broadcast(a5[k]) : default;
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

                PrefetchTwoLines(next);
                next += nextStride;
                b += bStride;
                k++;
            }
            while (--run != 0);
            if (remaining == 0)
                break;
            k += task.RunSkip;
        }

        {
            float* c = task.C + task.CRows[0];
            TSimd.Store(c, c00);
            if (TVectors.Value > 1)
                TSimd.Store(c + column1, c01);
            if (TVectors.Value > 2)
                TSimd.Store(c + column2, c02);
            if (TVectors.Value > 3)
                TSimd.Store(c + column3, c03);
        }

        if (TRows.Value > 1)
        {
            float* c = task.C + task.CRows[1];
            TSimd.Store(c, c10);
            if (TVectors.Value > 1)
                TSimd.Store(c + column1, c11);
            if (TVectors.Value > 2)
                TSimd.Store(c + column2, c12);
            if (TVectors.Value > 3)
                TSimd.Store(c + column3, c13);
        }

        if (TRows.Value > 2)
        {
            float* c = task.C + task.CRows[2];
            TSimd.Store(c, c20);
            if (TVectors.Value > 1)
                TSimd.Store(c + column1, c21);
            if (TVectors.Value > 2)
                TSimd.Store(c + column2, c22);
            if (TVectors.Value > 3)
                TSimd.Store(c + column3, c23);
        }

        if (TRows.Value > 3)
        {
            float* c = task.C + task.CRows[3];
            TSimd.Store(c, c30);
            if (TVectors.Value > 1)
                TSimd.Store(c + column1, c31);
            if (TVectors.Value > 2)
                TSimd.Store(c + column2, c32);
            if (TVectors.Value > 3)
                TSimd.Store(c + column3, c33);
        }

        if (TRows.Value > 4)
        {
            float* c = task.C + task.CRows[4];
            TSimd.Store(c, c40);
            if (TVectors.Value > 1)
                TSimd.Store(c + column1, c41);
            if (TVectors.Value > 2)
                TSimd.Store(c + column2, c42);
            if (TVectors.Value > 3)
                TSimd.Store(c + column3, c43);
        }

        if (TRows.Value > 5)
        {
            float* c = task.C + task.CRows[5];
            TSimd.Store(c, c50);
            if (TVectors.Value > 1)
                TSimd.Store(c + column1, c51);
            if (TVectors.Value > 2)
                TSimd.Store(c + column2, c52);
            if (TVectors.Value > 3)
                TSimd.Store(c + column3, c53);
        }
    }

    /// <summary>
    /// How far the address of what is needed next moves with every k: the first two tiles of a chunk of B fetch the next chunk, half
    /// each; the tiles after them have nothing to fetch and ask for the same lines again.
    /// </summary>
    /// <param name="tile">Index of a tile among those that run over the same chunk.</param>
    public static nint NextStride(int tile) => tile < 2 ? 2 * AlignedBuffer.AlignmentBytes / sizeof(float) : 0;

    /// <summary>Asks for two cache lines, where the processor can be asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchTwoLines(float* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
            Sse.Prefetch1(address + AlignedBuffer.AlignmentBytes / sizeof(float));
        }
    }

    /// <summary>Where the columns of vector <paramref name="vector"/> of a tile start, relative to the tile's first column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint VectorOffset<TSimd, TVector>(int vector, nint blockStride)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int column = vector * TSimd.Width;
        return column / Activations.BlockColumns * blockStride + column % Activations.BlockColumns;
    }
}
