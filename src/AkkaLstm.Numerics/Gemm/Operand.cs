using System.Runtime.CompilerServices;

namespace AkkaLstm.Numerics.Gemm;

/// <summary>A <see cref="MatrixView"/> whose memory is pinned: what the kernels work with.</summary>
internal unsafe struct Operand
{
    /// <summary>Element (0, 0).</summary>
    public float* Origin;

    /// <summary>T*B.</summary>
    public int Rows;

    /// <summary>B.</summary>
    public int Lanes;

    /// <inheritdoc cref="MatrixView.StepStride"/>
    public nint StepStride;

    /// <inheritdoc cref="MatrixView.LaneStride"/>
    public nint LaneStride;

    /// <inheritdoc cref="MatrixView.BlockStride"/>
    public nint BlockStride;

    /// <inheritdoc cref="MatrixView.IsPadded"/>
    public bool IsPadded;

    /// <summary>The rows of <see cref="Activations"/> from a time step on.</summary>
    public static Operand Of(Activations source, int firstStep, int stepCount) => new()
    {
        Origin = source.Pointer + (nint)firstStep * source.StepLength,
        Rows = stepCount * source.Lanes,
        Lanes = source.Lanes,
        StepStride = source.StepLength,
        LaneStride = Activations.BlockColumns,
        BlockStride = (nint)source.Lanes * Activations.BlockColumns,
        IsPadded = true,
    };

    /// <summary>Address of column <paramref name="column"/> of row 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float* Column(int column) =>
        Origin + column / Activations.BlockColumns * BlockStride + column % Activations.BlockColumns;

    /// <summary>Writes to <paramref name="offsets"/> where the given rows start, relative to row 0.</summary>
    public readonly void RowOffsets(int firstRow, int count, nint* offsets)
    {
        (int step, int lane) = Math.DivRem(firstRow, Lanes);
        for (int i = 0; i < count; i++)
        {
            offsets[i] = step * StepStride + lane * LaneStride;
            if (++lane == Lanes)
            {
                lane = 0;
                step++;
            }
        }
    }
}
