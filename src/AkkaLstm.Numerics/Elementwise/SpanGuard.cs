using System.Runtime.CompilerServices;

namespace AkkaLstm.Numerics.Elementwise;

/// <summary>What the public kernels check of their spans before the loops, which check nothing.</summary>
internal static class SpanGuard
{
    /// <summary>Throws unless the two lengths are equal.</summary>
    public static void SameLength(int expected, int actual, [CallerArgumentExpression(nameof(actual))] string? name = null)
    {
        if (actual != expected)
            throw new ArgumentException($"length {actual}, expected {expected}", name);
    }

    /// <summary>
    /// Throws unless the two buffers are apart or start at the same element (an operation in place). With any other overlap the
    /// result would depend on the order of the loop, so on the vector width.
    /// </summary>
    public static void ApartOrInPlace<T>(
        ReadOnlySpan<T> source,
        ReadOnlySpan<T> destination,
        [CallerArgumentExpression(nameof(destination))] string? name = null)
    {
        if (source.Overlaps(destination, out int offset) && offset != 0)
            throw new ArgumentException("the buffers overlap partly; they must be apart or start at the same element", name);
    }

    /// <summary>Throws if the two buffers share an element.</summary>
    public static void Apart<T>(
        ReadOnlySpan<T> source,
        ReadOnlySpan<T> destination,
        [CallerArgumentExpression(nameof(destination))] string? name = null)
    {
        if (source.Overlaps(destination))
            throw new ArgumentException("the buffers overlap; they must be apart", name);
    }

    /// <summary>Throws unless a matrix of the given rows and columns with the given distance between rows fits the span.</summary>
    public static void MatrixFits(
        int length,
        int rows,
        int columns,
        int rowStride,
        [CallerArgumentExpression(nameof(length))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowStride, columns);
        long needed = rows == 0 ? 0 : ((long)(rows - 1) * rowStride) + columns;
        if (length < needed)
            throw new ArgumentException($"length {length}, but {rows} rows of {columns} with stride {rowStride} need {needed}", name);
    }
}
