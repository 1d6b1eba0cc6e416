using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Models.Gradients;

/// <summary>
/// Gradient sums for the parameters of one slice (or of the whole model): dense values for the dense tensors,
/// touched rows for the sparse one. Workers fill one for the whole model; servers receive or reduce theirs.
/// </summary>
public sealed class Gradient
{
    /// <summary>Makes a zero gradient for the whole model.</summary>
    public Gradient(ParameterLayout layout)
        : this(layout, layout.Whole)
    {
    }

    /// <summary>Makes a zero gradient for the parameters of a slice.</summary>
    public Gradient(ParameterLayout layout, ParameterSlice slice)
        : this(layout, slice, new float[layout.DenseLengthOf(slice)], new SparseRows(layout.SparseRowWidth))
    {
    }

    /// <summary>Makes a gradient of values that lie somewhere.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="slice">The parameters it is for.</param>
    /// <param name="dense">Room for the slice's dense parameters.</param>
    /// <param name="rows">Room for the slice's touched rows.</param>
    /// <exception cref="ArgumentException">The room is of another length.</exception>
    public Gradient(ParameterLayout layout, ParameterSlice slice, Memory<float> dense, SparseRows rows)
    {
        if (dense.Length != layout.DenseLengthOf(slice))
            throw new ArgumentException($"The slice has {layout.DenseLengthOf(slice)} dense parameters, not {dense.Length}.", nameof(dense));
        Layout = layout;
        Slice = slice;
        DenseStart = Math.Max(slice.Start, layout.DenseStart);
        Dense = dense;
        Rows = rows;
    }

    /// <summary>The model's layout.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>The parameters it is for.</summary>
    public ParameterSlice Slice { get; }

    /// <summary>Flat index of Dense[0].</summary>
    public int DenseStart { get; }

    /// <summary>Gradients of the slice's dense parameters, in layout order.</summary>
    public Memory<float> Dense { get; }

    /// <summary>
    /// Touched rows of the slice's part of the sparse tensor; row indices count from the tensor's start, not the
    /// slice's.
    /// </summary>
    public SparseRows Rows { get; }

    /// <summary>First row of the sparse tensor in the slice.</summary>
    public int FirstRow => RowAt(Slice.Start);

    /// <summary>Row after the last one of the sparse tensor in the slice.</summary>
    public int EndRow => RowAt(Slice.End);

    /// <summary>The gradient of a dense tensor that lies wholly in the slice.</summary>
    public Span<float> DenseTensor(TensorInfo tensor) => Dense.Span.Slice(tensor.Offset - DenseStart, tensor.Length);

    private int RowAt(int flatIndex) =>
        Layout.SparseRowWidth == 0 ? 0 : Math.Min(flatIndex, Layout.DenseStart) / Layout.SparseRowWidth;
}
