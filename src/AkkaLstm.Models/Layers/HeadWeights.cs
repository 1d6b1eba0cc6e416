using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Layers;

/// <summary>The head's weights packed for y = W x + b and dx = W^T dy; W is (O, H), b is (O).</summary>
internal sealed class HeadWeights
{
    /// <summary>Rows of W that one piece of packing takes; a multiple of the packed block.</summary>
    private const int RowsInPiece = 16 * PackedMatrix.BlockColumns;

    private readonly TensorInfo _weight;
    private readonly TensorInfo _bias;
    private readonly int _inputSize;

    internal HeadWeights(ParameterLayout layout, BufferGroup group)
    {
        _weight = layout.HeadWeight;
        _bias = layout.HeadBias;
        _inputSize = layout.Spec.HeadInputSize;
        OutputSize = layout.Spec.OutputSize;
        ForwardMatrix = new PackedMatrix(_inputSize, OutputSize, group);
        BackwardMatrix = new PackedMatrix(OutputSize, _inputSize, group);
        Bias = group.Add(OutputSize);
    }

    internal int OutputSize { get; }

    /// <summary>W^T, (H, O).</summary>
    internal PackedMatrix ForwardMatrix { get; }

    /// <summary>W, (O, H).</summary>
    internal PackedMatrix BackwardMatrix { get; }

    /// <summary>b, (O).</summary>
    internal AlignedBuffer Bias { get; }

    internal int PackCount => (OutputSize + RowsInPiece - 1) / RowsInPiece;

    /// <summary>Packs the piece's rows of W into both matrices.</summary>
    internal void Pack(int piece, ReadOnlySpan<float> parameters)
    {
        int first = piece * RowsInPiece;
        int end = Math.Min(first + RowsInPiece, OutputSize);
        ReadOnlySpan<float> weight = parameters.Slice(_weight.Offset, _weight.Length);
        parameters.Slice(_bias.Offset + first, end - first).CopyTo(Bias.Span[first..]);
        BackwardMatrix.PackRows(first, end - first, weight[(first * _inputSize)..], _inputSize);
        for (int row = first; row < end; row += PackedMatrix.BlockColumns)
        {
            ForwardMatrix.PackColumns(
                row / PackedMatrix.BlockColumns,
                Math.Min(PackedMatrix.BlockColumns, end - row),
                weight[(row * _inputSize)..],
                _inputSize);
        }
    }
}
