using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Layers;

/// <summary>
/// The linear head over some time steps: y (rows, O) = x W^T + b, with x (T, B, H). Its outputs are row-major
/// because the softmax goes through rows; rows = steps x B.
/// </summary>
internal sealed class LinearHead
{
    /// <summary>Rows of outputs start on cache lines.</summary>
    private const int RowAlignment = 16;

    private readonly AlignedBuffer _outputs;

    // A tied head only: its inputs and, behind them, the gradients of the embedding's rows, (2 T, B, H).
    private readonly Activations? _stacked;
    private readonly TensorInfo _weight;
    private readonly TensorInfo _bias;
    private int _stackedSteps;

    internal LinearHead(ParameterLayout layout, int maxTimeSteps, int maxLanes)
    {
        _weight = layout.HeadWeight;
        _bias = layout.HeadBias;
        OutputSize = layout.Spec.OutputSize;
        RowStride = (OutputSize + RowAlignment - 1) / RowAlignment * RowAlignment;
        if (layout.Spec.Head == HeadKind.Tied)
            _stacked = new Activations(2 * maxTimeSteps, maxLanes, layout.Spec.LayerOutputSize);
        _outputs = new AlignedBuffer((_stacked is null ? 1L : 2L) * maxTimeSteps * maxLanes * RowStride);
        DInput = new Activations(maxTimeSteps, maxLanes, layout.Spec.HeadInputSize);
    }

    /// <summary>O.</summary>
    internal int OutputSize { get; }

    /// <summary>ldo, floats from one row of outputs to the next.</summary>
    internal int RowStride { get; }

    /// <summary>
    /// Outputs of the last forward, from its first step on; the loss replaces them by their gradients.
    /// </summary>
    internal Span<float> Outputs => _outputs.Span;

    /// <summary>Gradient by x, (T, B, H); zero at the steps that were left out.</summary>
    internal Activations DInput { get; }

    /// <summary>Computes the outputs of the given steps.</summary>
    internal void Forward(HeadWeights weights, LayerRows x, StepRange steps)
    {
        if (steps.Count > 0)
            PackedGemm.MultiplyWithBias(x.Steps(steps), weights.ForwardMatrix, weights.Bias.Span, OutputView(x, steps));
    }

    /// <summary>
    /// From the outputs' gradients: those by x, W and b, the latter joined over the shards by the tree.
    /// </summary>
    /// <remarks>
    /// A step that is left out has output gradients of zero, which add nothing to any sum; so the result is that of
    /// all steps, whichever lanes are computed together. (Only the sign of a sum that underflowed to zero could
    /// differ, which no parameter shows.) Where the head is tied, the gradient of W waits for <see
    /// cref="AddEmbedding"/>.
    /// </remarks>
    internal void Backward(HeadWeights weights, LayerRows x, StepRange steps, int shardCount, Gradient gradient)
    {
        DInput.Reshape(x.TimeSteps, x.Source.Lanes);
        int stepLength = DInput.StepLength;
        DInput.Data[..(steps.First * stepLength)].Clear();
        DInput.Data[((steps.First + steps.Count) * stepLength)..].Clear();
        if (_stacked is not null)
        {
            _stacked.Reshape(Math.Max(1, steps.Count), x.Source.Lanes);
            _stackedSteps = steps.Count;
        }

        if (steps.Count == 0)
        {
            gradient.DenseTensor(_weight).Clear();
            gradient.DenseTensor(_bias).Clear();
            return;
        }

        MatrixView dOutputs = OutputView(x, steps);
        PackedGemm.Multiply(dOutputs, weights.BackwardMatrix, DInput.Steps(steps.First, steps.Count));
        if (_stacked is not null)
        {
            Span<float> inputs = x.Data.Slice(steps.First * x.Source.StepLength, steps.Count * x.Source.StepLength);
            inputs.CopyTo(_stacked.Data);
            WeightGradient.Sum(
                SimdPaths.Current, dOutputs, new InterleavedRows(1, OutputSize), shardCount, gradient.DenseTensor(_bias));
            return;
        }

        WeightGradient.Multiply(
            dOutputs, x.Steps(steps), shardCount, gradient.DenseTensor(_weight), gradient.DenseTensor(_bias));
    }

    /// <summary>
    /// The gradient of the weights that head and embedding share: sum of dy x^T and, for each token, of its row's
    /// gradient. Both are one product, in which a token is a row with a 1 at its place: so a shard's sum is one chain,
    /// and the shards' tree is the same as everywhere.
    /// </summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="dRows">Gradient by the embedding's rows, (T, B, H).</param>
    /// <param name="shardCount">S.</param>
    /// <param name="gradient">Receives the gradient.</param>
    internal void AddEmbedding(SequenceBatch batch, Activations dRows, int shardCount, Gradient gradient)
    {
        Activations stacked = _stacked!;
        int first = _stackedSteps;
        int steps = first + dRows.TimeSteps;
        stacked.Reshape(steps, dRows.Lanes);
        dRows.Data.CopyTo(stacked.Data[(first * stacked.StepLength)..]);
        Span<float> tokens = _outputs.Span.Slice(first * dRows.Lanes * RowStride, dRows.TimeSteps * dRows.Lanes * RowStride);
        tokens.Clear();
        for (int row = 0; row < dRows.TimeSteps * dRows.Lanes; row++)
            tokens[(row * RowStride) + batch.Tokens[row]] = 1;
        MatrixView rows = MatrixView.RowMajor(_outputs.Span, steps, dRows.Lanes, OutputSize, RowStride);
        WeightGradient.Multiply(rows, stacked.View(), shardCount, gradient.DenseTensor(_weight), default);
    }

    private MatrixView OutputView(LayerRows x, StepRange steps) => MatrixView.RowMajor(
        _outputs.Span, steps.Count, x.Source.Lanes, OutputSize, RowStride);
}
