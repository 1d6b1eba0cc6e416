using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>
/// The right operand B (K, N) of a product, in the order in which the kernel reads it: panels of 64 columns, within a panel k by k.
/// </summary>
/// <remarks>
/// <para>
/// N is padded with zero columns to a multiple of 16, so the last panel has 16, 32, 48 or 64 columns. Every row of a panel starts on a
/// cache line. Element (k, n) is at panelStart + k * panelWidth + n % 64. The layout does not depend on the vector width.
/// </para>
/// <para>
/// Packing is cut into pieces that write disjoint memory, blocks of 16 columns or any runs of rows, so several threads may pack one
/// matrix together.
/// </para>
/// </remarks>
public sealed unsafe class PackedMatrix
{
    /// <summary>Columns of a full panel.</summary>
    public const int PanelColumns = 64;

    /// <summary>Columns that <see cref="PackColumns"/> packs at once.</summary>
    public const int BlockColumns = Activations.BlockColumns;

    private readonly AlignedBuffer _buffer;

    /// <summary>Makes a matrix of zeros.</summary>
    /// <param name="depth">K.</param>
    /// <param name="columns">N.</param>
    /// <param name="group">The buffers that its own is to be one of; null: it has memory of its own.</param>
    public PackedMatrix(int depth, int columns, BufferGroup? group = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(depth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Depth = depth;
        Columns = columns;
        PaddedColumns = checked(columns + BlockColumns - 1) / BlockColumns * BlockColumns;
        long length = (long)depth * PaddedColumns;
        _buffer = group?.Add(length) ?? new AlignedBuffer(length);
    }

    /// <summary>K.</summary>
    public int Depth { get; }

    /// <summary>N.</summary>
    public int Columns { get; }

    /// <summary>N up to the next multiple of 16.</summary>
    public int PaddedColumns { get; }

    /// <summary>Blocks of 16 columns.</summary>
    public int BlockCount => PaddedColumns / BlockColumns;

    /// <summary>Packs all of B from row-major (K, N).</summary>
    public void Pack(ReadOnlySpan<float> rows)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)rows.Length, (long)Depth * Columns, nameof(rows));
        PackRows(0, Depth, rows, Columns);
    }

    /// <summary>Packs all of B from its transpose, row-major (N, K), which is how weights (outputs, inputs) are stored.</summary>
    public void PackTransposed(ReadOnlySpan<float> transposed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)transposed.Length, (long)Depth * Columns, nameof(transposed));
        for (int block = 0; block < BlockCount; block++)
        {
            int first = block * BlockColumns;
            PackColumns(block, Math.Min(BlockColumns, Columns - first), transposed[(first * Depth)..], Depth);
        }
    }

    /// <summary>Packs some rows of B, (k, n) from rows[(k - firstRow) * stride + n].</summary>
    /// <param name="firstRow">First k.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    public void PackRows(int firstRow, int count, ReadOnlySpan<float> rows, int stride)
    {
        CheckRange(firstRow, count, Depth);
        if (count == 0)
            return;
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, ((long)count - 1) * stride + Columns, nameof(rows));
        Span<float> packed = _buffer.Span;
        for (int panel = 0; panel < PaddedColumns; panel += PanelColumns)
        {
            int width = Math.Min(PanelColumns, PaddedColumns - panel);
            int valid = Math.Min(PanelColumns, Columns - panel);
            Span<float> target = packed[(panel * Depth + firstRow * width)..];
            ReadOnlySpan<float> source = rows[panel..];
            for (int row = 0; row < count; row++)
                source.Slice(row * stride, valid).CopyTo(target.Slice(row * width, width));
        }
    }

    /// <summary>
    /// Packs up to 16 columns of B from their transpose, (k, 16 * block + j) from transposed[j * stride + k]; the other columns of the
    /// block stay zero.
    /// </summary>
    /// <param name="block">Which block of 16 columns.</param>
    /// <param name="count">Columns to pack, j below it.</param>
    /// <param name="transposed">The columns, each K values that lie side by side.</param>
    /// <param name="stride">Floats from one column to the next.</param>
    public void PackColumns(int block, int count, ReadOnlySpan<float> transposed, int stride)
    {
        CheckRange(block, 1, BlockCount);
        CheckRange(0, count, BlockColumns);
        if (count == 0)
            return;
        ArgumentOutOfRangeException.ThrowIfLessThan(transposed.Length, ((long)count - 1) * stride + Depth, nameof(transposed));
        float* target = Column(block * BlockColumns, out nint targetStride);
        fixed (float* source = transposed)
        {
            int transposed4 = Sse.IsSupported ? count / 4 * 4 : 0;
            nint k = 0;
            for (; transposed4 > 0 && k + 4 <= Depth; k += 4)
            {
                for (int j = 0; j < transposed4; j += 4)
                    TransposeFour(source + (nint)j * stride + k, stride, target + k * targetStride + j, targetStride);
                for (int j = transposed4; j < count; j++)
                    CopyColumn(source + (nint)j * stride + k, target + k * targetStride + j, targetStride, 4);
            }

            for (int j = 0; j < count; j++)
                CopyColumn(source + (nint)j * stride + k, target + k * targetStride + j, targetStride, Depth - k);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Where column <paramref name="column"/> starts, and how far it is from one k to the next.</summary>
    internal float* Column(int column, out nint stride)
    {
        int panel = column / PanelColumns * PanelColumns;
        stride = Math.Min(PanelColumns, PaddedColumns - panel);
        return _buffer.Pointer + (nint)panel * Depth + (column - panel);
    }

    /// <summary>The address that is read after the one given: the same, or the first if that is the end.</summary>
    internal float* After(float* address) => address == _buffer.Pointer + _buffer.Length ? _buffer.Pointer : address;

    private static void CheckRange(int first, int count, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)first + count, limit, nameof(count));
    }

    /// <summary>Transposes 4 x 4 floats. Four columns at a time and all of a block before the next k, so that whole cache lines are written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFour(float* source, nint sourceStride, float* target, nint targetStride)
    {
        Vector128<float> row0 = Vector128.Load(source);
        Vector128<float> row1 = Vector128.Load(source + sourceStride);
        Vector128<float> row2 = Vector128.Load(source + 2 * sourceStride);
        Vector128<float> row3 = Vector128.Load(source + 3 * sourceStride);
        Vector128<float> low01 = Sse.UnpackLow(row0, row1);
        Vector128<float> low23 = Sse.UnpackLow(row2, row3);
        Vector128<float> high01 = Sse.UnpackHigh(row0, row1);
        Vector128<float> high23 = Sse.UnpackHigh(row2, row3);
        Vector128.Store(Sse.MoveLowToHigh(low01, low23), target);
        Vector128.Store(Sse.MoveHighToLow(low23, low01), target + targetStride);
        Vector128.Store(Sse.MoveLowToHigh(high01, high23), target + 2 * targetStride);
        Vector128.Store(Sse.MoveHighToLow(high23, high01), target + 3 * targetStride);
    }

    private static void CopyColumn(float* source, float* target, nint targetStride, nint count)
    {
        for (nint k = 0; k < count; k++)
            target[k * targetStride] = source[k];
    }
}
