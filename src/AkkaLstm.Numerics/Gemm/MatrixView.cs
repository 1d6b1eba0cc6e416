using System.Runtime.InteropServices;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>
/// A matrix of T*B rows somewhere in memory, as a product sees it: row r is lane r % B of time step r / B, and its columns come in
/// blocks of 16. Row-major memory and <see cref="Activations"/> are two settings of the same three strides.
/// </summary>
/// <remarks>
/// Element (r, c) is at (r / B) * StepStride + (r % B) * LaneStride + (c / 16) * BlockStride + c % 16.
/// </remarks>
public readonly ref struct MatrixView
{
    private readonly ref float _origin;

    private MatrixView(ref float origin, int timeSteps, int lanes, int columns)
    {
        _origin = ref origin;
        TimeSteps = timeSteps;
        Lanes = lanes;
        Columns = columns;
    }

    /// <summary>T.</summary>
    public int TimeSteps { get; }

    /// <summary>B.</summary>
    public int Lanes { get; }

    /// <summary>Columns that count.</summary>
    public int Columns { get; }

    /// <summary>T*B.</summary>
    public int Rows => TimeSteps * Lanes;

    /// <summary>Whether there may be no writing through this view.</summary>
    public bool IsReadOnly { get; private init; }

    /// <summary>Floats from the rows of one time step to those of the next.</summary>
    internal nint StepStride { get; private init; }

    /// <summary>Floats from one lane to the next.</summary>
    internal nint LaneStride { get; private init; }

    /// <summary>Floats from one block of 16 columns to the next.</summary>
    internal nint BlockStride { get; private init; }

    /// <summary>Whether the last block is padded to 16 columns, so that whole vectors may be stored.</summary>
    internal bool IsPadded { get; private init; }

    /// <summary>The first element.</summary>
    internal ref float Origin => ref _origin;

    /// <summary>Row-major memory that may be written.</summary>
    /// <param name="data">The matrix, (T, B, stride).</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="lanes">B.</param>
    /// <param name="columns">Columns that count.</param>
    /// <param name="stride">Floats from one row to the next, at least <paramref name="columns"/>.</param>
    /// <exception cref="ArgumentException">The memory is too short.</exception>
    public static MatrixView RowMajor(Span<float> data, int timeSteps, int lanes, int columns, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(timeSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lanes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        long needed = ((long)timeSteps * lanes - 1) * stride + columns;
        if (data.Length < needed)
            throw new ArgumentException($"The matrix needs {needed} floats; there are {data.Length}.", nameof(data));
        return new MatrixView(ref MemoryMarshal.GetReference(data), timeSteps, lanes, columns)
        {
            StepStride = (nint)lanes * stride,
            LaneStride = stride,
            BlockStride = Activations.BlockColumns,
        };
    }

    /// <summary>Row-major memory that is only read.</summary>
    /// <inheritdoc cref="RowMajor"/>
    public static MatrixView ReadOnlyRowMajor(ReadOnlySpan<float> data, int timeSteps, int lanes, int columns, int stride)
    {
        // The view refuses writing, which is what the cast would otherwise allow.
        Span<float> writable = MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(data), data.Length);
        return RowMajor(writable, timeSteps, lanes, columns, stride) with { IsReadOnly = true };
    }

    /// <summary>Memory in the layout of <see cref="Activations"/>.</summary>
    internal static MatrixView Blocked(Span<float> data, int timeSteps, int lanes, int columns, bool isReadOnly)
    {
        int blocks = (columns + Activations.BlockColumns - 1) / Activations.BlockColumns;
        return new MatrixView(ref MemoryMarshal.GetReference(data), timeSteps, lanes, columns)
        {
            StepStride = (nint)blocks * lanes * Activations.BlockColumns,
            LaneStride = Activations.BlockColumns,
            BlockStride = (nint)lanes * Activations.BlockColumns,
            IsPadded = true,
            IsReadOnly = isReadOnly,
        };
    }

    /// <summary>The same strides around an address that the caller keeps pinned.</summary>
    internal unsafe Operand At(float* origin) => new()
    {
        Origin = origin,
        Rows = Rows,
        Lanes = Lanes,
        StepStride = StepStride,
        LaneStride = LaneStride,
        BlockStride = BlockStride,
        IsPadded = IsPadded,
    };
}
