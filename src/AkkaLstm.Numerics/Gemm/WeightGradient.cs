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
    /// <summary>C[m, n] = sum over rows r of A[r, m] * B[r, n], and sums[m] = sum over rows r of A[r, m]: a linear layer's gradients.</summary>
    /// <param name="a">A, (T*B, M): gradients of the outputs.</param>
    /// <param name="b">B, (T*B, N): the inputs.</param>
    /// <param name="shardCount">S, a power of two that divides B.</param>
    /// <param name="c">Receives C, row-major (M, N); what it held does not matter.</param>
    /// <param name="sums">Receives the sums, (M), the gradient of the bias; empty: nobody asks.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public static void Multiply(MatrixView a, MatrixView b, int shardCount, Span<float> c, Span<float> sums) =>
        Multiply(SimdPaths.Current, a, new InterleavedRows(1, a.Columns), shardCount, b, c, b, default, sums);

    /// <summary>
    /// The same on an explicit path, for interleaved gates, and for two B at once: both products of a recurrent layer share the work on A.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="a">A, (T*B, blocks of 16 columns).</param>
    /// <param name="rows">Which row of C a column of A belongs to.</param>
    /// <param name="shardCount">S, a power of two that divides B.</param>
    /// <param name="b0">First B.</param>
    /// <param name="c0">Receives the first C.</param>
    /// <param name="b1">Second B.</param>
    /// <param name="c1">Receives the second C; empty: nobody asks.</param>
    /// <param name="sums">Receives the column sums; empty: nobody asks.</param>
    internal static void Multiply(
        SimdPath path, MatrixView a, InterleavedRows rows, int shardCount,
        MatrixView b0, Span<float> c0, MatrixView b1, Span<float> c1, Span<float> sums)
    {
        CheckRows(a, rows, shardCount);
        CheckTarget(a, rows, b0, c0.Length);
        if (!c1.IsEmpty)
            CheckTarget(a, rows, b1, c1.Length);
        if (!sums.IsEmpty)
            ArgumentOutOfRangeException.ThrowIfNotEqual(sums.Length, rows.Count, nameof(sums));
        fixed (float* aOrigin = &a.Origin, b0Origin = &b0.Origin, b1Origin = &b1.Origin, c0Origin = c0, c1Origin = c1, sumsOrigin = sums)
        {
            Operand left = a.At(aOrigin);
            var first = new GradientTarget { B = b0.At(b0Origin), Columns = b0.Columns, C = c0Origin };
            var second = new GradientTarget { B = b1.At(b1Origin), Columns = b1.Columns, C = c1Origin };
            if (path == SimdPath.Avx512)
                GradientLoop.Run<Simd512, Vector512<float>>(left, rows, shardCount, first, second, sumsOrigin);
            else if (path == SimdPath.Avx2)
                GradientLoop.Run<Simd256, Vector256<float>>(left, rows, shardCount, first, second, sumsOrigin);
            else
                GradientLoop.Run<Simd128, Vector128<float>>(left, rows, shardCount, first, second, sumsOrigin);
        }
    }

    /// <summary>sums[m] = sum over rows r of A[r, m], for interleaved columns: the gradient of what is added to them.</summary>
    /// <param name="path">The path.</param>
    /// <param name="a">A, (T*B, blocks of 16 columns).</param>
    /// <param name="rows">Which sum a column of A belongs to.</param>
    /// <param name="shardCount">S, a power of two that divides B.</param>
    /// <param name="sums">Receives the sums.</param>
    internal static void Sum(SimdPath path, MatrixView a, InterleavedRows rows, int shardCount, Span<float> sums)
    {
        CheckRows(a, rows, shardCount);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sums.Length, rows.Count, nameof(sums));
        fixed (float* aOrigin = &a.Origin, sumsOrigin = sums)
        {
            Operand left = a.At(aOrigin);
            if (path == SimdPath.Avx512)
                GradientLoop.Run<Simd512, Vector512<float>>(left, rows, shardCount, default, default, sumsOrigin);
            else if (path == SimdPath.Avx2)
                GradientLoop.Run<Simd256, Vector256<float>>(left, rows, shardCount, default, default, sumsOrigin);
            else
                GradientLoop.Run<Simd128, Vector128<float>>(left, rows, shardCount, default, default, sumsOrigin);
        }
    }

    private static void CheckRows(MatrixView a, InterleavedRows rows, int shardCount)
    {
        if (shardCount <= 0 || !BitOperations.IsPow2(shardCount) || a.Lanes % shardCount != 0)
            throw new ArgumentException($"{a.Lanes} lanes cannot be cut into {shardCount} shards.", nameof(shardCount));

        // Columns that are not interleaved may come without their padding.
        int expected = rows.BlockCount * Activations.BlockColumns;
        if (a.Columns != expected && (rows.GateCount != 1 || a.Columns != rows.Count))
            throw new ArgumentException($"A has {a.Columns} columns; {rows} asks for {expected}.", nameof(a));
    }

    private static void CheckTarget(MatrixView a, InterleavedRows rows, MatrixView b, int length)
    {
        if (a.TimeSteps != b.TimeSteps || a.Lanes != b.Lanes)
            throw new ArgumentException($"A has ({a.TimeSteps}, {a.Lanes}) rows, B ({b.TimeSteps}, {b.Lanes}).", nameof(b));
        if (length != (long)rows.Count * b.Columns)
            throw new ArgumentException($"C must have {rows.Count} x {b.Columns} floats; there are {length}.", nameof(length));
    }
}
