namespace AkkaLstm.Numerics.Gemm;

/// <summary>
/// What a layer reads or writes over a window: T time steps of B lanes of C columns, kept as (T, C/16, B, 16): for each time step,
/// blocks of 16 columns, and within a block the lanes side by side, one cache line each.
/// </summary>
/// <remarks>
/// <para>
/// Recurrent layers use every activation three ways: row by row as the left operand of a product, 16 columns at a time by the gates, and
/// over all rows as an operand of the weight gradient. This layout serves all three as sequential streams of whole cache lines, so
/// nothing is ever transposed or packed again, whatever B is; row-major would stride by the row length in the last.
/// </para>
/// <para>
/// Invariant: the columns from C up to the next multiple of 16 are zero in every row of the present shape. Whoever writes rows keeps it so.
/// </para>
/// </remarks>
public sealed class Activations
{
    /// <summary>Columns of one block.</summary>
    public const int BlockColumns = 16;

    private readonly AlignedBuffer _buffer;

    /// <summary>Makes a buffer that holds up to the given sizes, shaped to them.</summary>
    /// <param name="maxTimeSteps">Largest T.</param>
    /// <param name="maxLanes">Largest B.</param>
    /// <param name="columns">C.</param>
    public Activations(int maxTimeSteps, int maxLanes, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTimeSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxLanes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Columns = columns;
        BlockCount = (columns + BlockColumns - 1) / BlockColumns;
        MaxTimeSteps = maxTimeSteps;
        MaxLanes = maxLanes;
        TimeSteps = maxTimeSteps;
        Lanes = maxLanes;
        _buffer = new AlignedBuffer((long)maxTimeSteps * maxLanes * BlockCount * BlockColumns);
    }

    /// <summary>C.</summary>
    public int Columns { get; }

    /// <summary>Blocks of 16 columns, the last one padded with zeros.</summary>
    public int BlockCount { get; }

    /// <summary>Largest T.</summary>
    public int MaxTimeSteps { get; }

    /// <summary>Largest B.</summary>
    public int MaxLanes { get; }

    /// <summary>T of the present shape.</summary>
    public int TimeSteps { get; private set; }

    /// <summary>B of the present shape.</summary>
    public int Lanes { get; private set; }

    /// <summary>Floats of one time step: BlockCount * B * 16.</summary>
    public int StepLength => BlockCount * Lanes * BlockColumns;

    /// <summary>All floats of the present shape, padding included, in the order (T, C/16, B, 16).</summary>
    public Span<float> Data => _buffer.Span[..(TimeSteps * StepLength)];

    /// <summary>The address of the first float.</summary>
    internal unsafe float* Pointer => _buffer.Pointer;

    /// <summary>Changes T and B; the contents are undefined until rows are written again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive or over the largest.</exception>
    public void Reshape(int timeSteps, int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(timeSteps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeSteps, MaxTimeSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lanes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lanes, MaxLanes);
        TimeSteps = timeSteps;
        Lanes = lanes;
    }

    /// <summary>Index in <see cref="Data"/> of element (t, b, c). Up to the end of c's block the next columns follow it.</summary>
    public int IndexOf(int timeStep, int lane, int column) =>
        (((timeStep * BlockCount) + (column / BlockColumns)) * Lanes + lane) * BlockColumns + column % BlockColumns;

    /// <summary>All T*B rows as an operand of a product.</summary>
    public MatrixView View() => Steps(0, TimeSteps);

    /// <summary>The rows of some consecutive time steps as an operand of a product.</summary>
    public MatrixView Steps(int firstStep, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstStep);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, TimeSteps - firstStep);
        return MatrixView.Blocked(
            _buffer.Span.Slice(firstStep * StepLength, count * StepLength), count, Lanes, Columns, isReadOnly: false);
    }

    /// <summary>Writes row (t, b), zeroing its padding.</summary>
    /// <param name="timeStep">t.</param>
    /// <param name="lane">b.</param>
    /// <param name="row">The row, (C).</param>
    public void WriteRow(int timeStep, int lane, ReadOnlySpan<float> row)
    {
        CheckRow(timeStep, lane, row.Length);
        int index = IndexOf(timeStep, lane, 0);
        int stride = Lanes * BlockColumns;
        Span<float> data = _buffer.Span;
        while (row.Length >= BlockColumns)
        {
            row[..BlockColumns].CopyTo(data.Slice(index, BlockColumns));
            row = row[BlockColumns..];
            index += stride;
        }

        if (row.Length == 0)
            return;
        Span<float> last = data.Slice(index, BlockColumns);
        row.CopyTo(last);
        last[row.Length..].Clear();
    }

    /// <summary>Reads row (t, b).</summary>
    /// <param name="timeStep">t.</param>
    /// <param name="lane">b.</param>
    /// <param name="row">Receives the row, (C).</param>
    public void ReadRow(int timeStep, int lane, Span<float> row)
    {
        CheckRow(timeStep, lane, row.Length);
        int index = IndexOf(timeStep, lane, 0);
        int stride = Lanes * BlockColumns;
        ReadOnlySpan<float> data = _buffer.Span;
        while (row.Length > 0)
        {
            int count = Math.Min(row.Length, BlockColumns);
            data.Slice(index, count).CopyTo(row);
            row = row[count..];
            index += stride;
        }
    }

    /// <summary>Writes all rows from row-major (T, B, C).</summary>
    public void CopyFrom(ReadOnlySpan<float> rows)
    {
        CheckAll(rows.Length);
        for (int row = 0; row < TimeSteps * Lanes; row++)
            WriteRow(row / Lanes, row % Lanes, rows.Slice(row * Columns, Columns));
    }

    /// <summary>Reads all rows into row-major (T, B, C).</summary>
    public void CopyTo(Span<float> rows)
    {
        CheckAll(rows.Length);
        for (int row = 0; row < TimeSteps * Lanes; row++)
            ReadRow(row / Lanes, row % Lanes, rows.Slice(row * Columns, Columns));
    }

    private void CheckRow(int timeStep, int lane, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)timeStep, (uint)TimeSteps, nameof(timeStep));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)lane, (uint)Lanes, nameof(lane));
        ArgumentOutOfRangeException.ThrowIfNotEqual(length, Columns, nameof(length));
    }

    private void CheckAll(int length) =>
        ArgumentOutOfRangeException.ThrowIfNotEqual((long)length, (long)TimeSteps * Lanes * Columns, nameof(length));
}
