using AkkaLstm.Numerics.Simd;
using System.Runtime.Intrinsics;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>Products of a matrix with a packed one: C = start + A B, with A (M, K), B (K, N), C (M, N), M = T*B rows.</summary>
/// <remarks>
/// Every element is one chain of fused multiply-adds over k = 0..K-1, begun at its start value: the same bits on every path, for every
/// row whatever rows are computed with it.
/// </remarks>
public static unsafe class PackedGemm
{
    /// <summary>C = A B.</summary>
    /// <param name="a">A, (M, K).</param>
    /// <param name="b">B, (K, N).</param>
    /// <param name="c">Receives C, (M, N).</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, or C is read-only.</exception>
    public static void Multiply(MatrixView a, PackedMatrix b, MatrixView c) => Run(a, b, c, TileStart.Zero, default);

    /// <summary>C = bias + A B, with the bias in every row.</summary>
    /// <param name="a">A, (M, K).</param>
    /// <param name="b">B, (K, N).</param>
    /// <param name="bias">The bias, (N).</param>
    /// <param name="c">Receives C, (M, N).</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, or C is read-only.</exception>
    public static void MultiplyWithBias(MatrixView a, PackedMatrix b, ReadOnlySpan<float> bias, MatrixView c)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bias.Length, b.Columns, nameof(bias));
        Run(a, b, c, TileStart.Bias, bias);
    }

    /// <summary>C = C + A B.</summary>
    /// <param name="a">A, (M, K).</param>
    /// <param name="b">B, (K, N).</param>
    /// <param name="c">C, (M, N).</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, or C is read-only.</exception>
    public static void MultiplyAdd(MatrixView a, PackedMatrix b, MatrixView c) => Run(a, b, c, TileStart.C, default);

    /// <summary>The product on an explicit path, so that tests can hold the paths against each other.</summary>
    internal static void Run(SimdPath path, in Operand a, PackedMatrix b, in Operand c, TileStart start, float* bias)
    {
        NoEpilogue nothing = default;
        if (path == SimdPath.Avx512)
            GemmLoop.Run<Simd512, Vector512<float>, NoEpilogue>(a, b, c, start, bias, ref nothing);
        else if (path == SimdPath.Avx2)
            GemmLoop.Run<Simd256, Vector256<float>, NoEpilogue>(a, b, c, start, bias, ref nothing);
        else
            GemmLoop.Run<Simd128, Vector128<float>, NoEpilogue>(a, b, c, start, bias, ref nothing);
    }

    private static void Run(MatrixView a, PackedMatrix b, MatrixView c, TileStart start, ReadOnlySpan<float> bias)
    {
        ArgumentNullException.ThrowIfNull(b);
        if (a.Columns != b.Depth || a.Rows != c.Rows || c.Columns != b.Columns)
        {
            throw new ArgumentException(
                $"A ({a.Rows}, {a.Columns}) times B ({b.Depth}, {b.Columns}) is not C ({c.Rows}, {c.Columns}).", nameof(c));
        }

        if (c.IsReadOnly)
            throw new ArgumentException("C is read-only.", nameof(c));
        fixed (float* aOrigin = &a.Origin, cOrigin = &c.Origin, biasOrigin = bias)
            Run(SimdPaths.Current, a.At(aOrigin), b, c.At(cOrigin), start, biasOrigin);
        GC.KeepAlive(b);
    }
}
