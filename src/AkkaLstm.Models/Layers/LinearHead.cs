using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Gemm;

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
    private readonly TensorInfo _weight;
    private readonly TensorInfo _bias;

    internal LinearHead(ParameterLayout layout, int maxTimeSteps, int maxLanes)
    {
        _weight = layout.HeadWeight;
        _bias = layout.HeadBias;
        OutputSize = layout.Spec.OutputSize;
        RowStride = (OutputSize + RowAlignment - 1) / RowAlignment * RowAlignment;
        _outputs = new AlignedBuffer((long)maxTimeSteps * maxLanes * RowStride);
        DInput = new Activations(maxTimeSteps, maxLanes, layout.Spec.LayerOutputSize);
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
            PackedGemm.MultiplyWithBias(x.Steps(steps), weights.ForwardMatrix, weights.Bias, OutputView(x, steps));
    }

    /// <summary>
    /// From the outputs' gradients: those by x, W and b, the latter joined over the shards by the tree.
    /// </summary>
    /// <remarks>
    /// A step that is left out has output gradients of zero, which add nothing to any sum; so the result is that of
    /// all steps, whichever lanes are computed together. (Only the sign of a sum that underflowed to zero could
    /// differ, which no parameter shows.)
    /// </remarks>
    internal void Backward(HeadWeights weights, LayerRows x, StepRange steps, int shardCount, Gradient gradient)
    {
        DInput.Reshape(x.TimeSteps, x.Source.Lanes);
        int stepLength = DInput.StepLength;
        DInput.Data[..(steps.First * stepLength)].Clear();
        DInput.Data[((steps.First + steps.Count) * stepLength)..].Clear();
        if (steps.Count == 0)
        {
            gradient.DenseTensor(_weight).Clear();
            gradient.DenseTensor(_bias).Clear();
            return;
        }

        MatrixView dOutputs = OutputView(x, steps);
        PackedGemm.Multiply(dOutputs, weights.BackwardMatrix, DInput.Steps(steps.First, steps.Count));
        WeightGradient.Multiply(
            dOutputs, x.Steps(steps), shardCount, gradient.DenseTensor(_weight), gradient.DenseTensor(_bias));
    }

    private MatrixView OutputView(LayerRows x, StepRange steps) => MatrixView.RowMajor(
        _outputs.Span, steps.Count, x.Source.Lanes, OutputSize, RowStride);
}
