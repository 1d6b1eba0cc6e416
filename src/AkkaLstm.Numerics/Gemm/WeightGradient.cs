using System.Numerics;
using System.Runtime.Intrinsics;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>
/// Gradients of weights: products and column sums over all T*B rows, where the sum of each logical shard is formed apart and the shards
/// are joined by a fixed binary tree.
/// </summary>
/// <remarks>
/// Lanes [s * B/S, (s+1) * B/S) are shard s. A shard's sum is one chain of fused multiply-adds over (t, lane) from zero; then
/// ((s0 + s1) + (s2 + s3)) + ... for the S shards, a power of two. So the result for shards [0, 4) is bit for bit the sum of the results
/// for [0, 2) and [2, 4), whoever computed them.
/// </remarks>
public static unsafe class WeightGradient
{
    /// <summary>C[m, n] = sum over rows r of A[r, m] * B[r, n].</summary>
    /// <param name="a">A, (T*B, M): gradients of the outputs.</param>
    /// <param name="b">B, (T*B, N), in the layout of <see cref="Activations"/>: the inputs.</param>
    /// <param name="shardCount">S, a power of two that divides B.</param>
    /// <param name="c">Receives C, row-major (M, N); what it held does not matter.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, or B is not padded to blocks of 16 columns.</exception>
    public static void Multiply(MatrixView a, MatrixView b, int shardCount, Span<float> c) =>
        Multiply(a, new InterleavedRows(1, a.Columns), b, shardCount, c);

    /// <summary>As <see cref="Multiply(MatrixView, MatrixView, int, Span{float})"/>, with the rows of C in another order than the columns of A.</summary>
    /// <param name="a">A, (T*B, blocks of 16 columns).</param>
    /// <param name="rows">Which row of C a column of A belongs to.</param>
    /// <param name="b">B, (T*B, N), in the layout of <see cref="Activations"/>.</param>
    /// <param name="shardCount">S, a power of two that divides B.</param>
    /// <param name="c">Receives C, row-major (rows, N).</param>
    public static void Multiply(MatrixView a, InterleavedRows rows, MatrixView b, int shardCount, Span<float> c) =>
        Multiply(SimdPaths.Current, a, rows, b, shardCount, c);

    /// <inheritdoc cref="SumColumns(MatrixView, InterleavedRows, int, Span{float})"/>
    public static void SumColumns(MatrixView a, int shardCount, Span<float> sums) =>
        SumColumns(a, new InterleavedRows(1, a.Columns), shardCount, sums);

    /// <summary>sums[m] = sum over rows r of A[r, m]: the gradient of a bias.</summary>
    /// <param name="a">A, (T*B, blocks of 16 columns).</param>
    /// <param name="rows">Which element of the sums a column of A belongs to.</param>
    /// <param name="shardCount">S, a power of two that divides B.</param>
    /// <param name="sums">Receives the sums, (rows).</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public static void SumColumns(MatrixView a, InterleavedRows rows, int shardCount, Span<float> sums) =>
        SumColumns(SimdPaths.Current, a, rows, shardCount, sums);

    /// <summary>The product on an explicit path, so that tests can hold the paths against each other.</summary>
    internal static void Multiply(
        SimdPath path, MatrixView a, InterleavedRows rows, MatrixView b, int shardCount, Span<float> c)
    {
        CheckShards(a, shardCount);
        CheckColumns(a, rows);
        if (a.TimeSteps != b.TimeSteps || a.Lanes != b.Lanes)
            throw new ArgumentException($"A has ({a.TimeSteps}, {a.Lanes}) rows, B ({b.TimeSteps}, {b.Lanes}).", nameof(b));
        if (!b.IsPadded)
            throw new ArgumentException("B must be in the layout of Activations.", nameof(b));
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)c.Length, (long)rows.Count * b.Columns, nameof(c));
        fixed (float* aOrigin = &a.Origin, bOrigin = &b.Origin, cOrigin = c)
        {
            Operand left = a.At(aOrigin), right = b.At(bOrigin);
            if (path == SimdPath.Avx512)
                GradientLoop.Run<Simd512, Vector512<float>>(left, rows, right, b.Columns, shardCount, cOrigin);
            else if (path == SimdPath.Avx2)
                GradientLoop.Run<Simd256, Vector256<float>>(left, rows, right, b.Columns, shardCount, cOrigin);
            else
                GradientLoop.Run<Simd128, Vector128<float>>(left, rows, right, b.Columns, shardCount, cOrigin);
        }
    }

    /// <summary>The sums on an explicit path, so that tests can hold the paths against each other.</summary>
    internal static void SumColumns(SimdPath path, MatrixView a, InterleavedRows rows, int shardCount, Span<float> sums)
    {
        CheckShards(a, shardCount);
        CheckColumns(a, rows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sums.Length, rows.Count, nameof(sums));
        fixed (float* aOrigin = &a.Origin, sumsOrigin = sums)
        {
            if (path == SimdPath.Avx512)
                ColumnSums.Run<Simd512, Vector512<float>>(a.At(aOrigin), rows, shardCount, sumsOrigin);
            else if (path == SimdPath.Avx2)
                ColumnSums.Run<Simd256, Vector256<float>>(a.At(aOrigin), rows, shardCount, sumsOrigin);
            else
                ColumnSums.Run<Simd128, Vector128<float>>(a.At(aOrigin), rows, shardCount, sumsOrigin);
        }
    }

    /// <summary>A's columns must be as many as the rows of C, or whole blocks of them where they are interleaved.</summary>
    private static void CheckColumns(MatrixView a, InterleavedRows rows)
    {
        int expected = rows.GateCount == 1 ? rows.Count : rows.BlockCount * Activations.BlockColumns;
        if (a.Columns != expected)
            throw new ArgumentException($"A has {a.Columns} columns; {rows} asks for {expected}.", nameof(a));
    }

    private static void CheckShards(MatrixView a, int shardCount)
    {
        if (shardCount <= 0 || !BitOperations.IsPow2(shardCount) || a.Lanes % shardCount != 0)
            throw new ArgumentException($"{a.Lanes} lanes cannot be cut into {shardCount} shards.", nameof(shardCount));
    }
}
