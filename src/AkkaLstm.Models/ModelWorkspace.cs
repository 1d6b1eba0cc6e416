using AkkaLstm.Models.Layers;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models;

/// <summary>
/// Every activation and scratch buffer of a model, allocated once at the largest window; one per worker thread.
/// Contents are valid until the next call with it.
/// </summary>
public sealed class ModelWorkspace
{
    /// <summary>Makes the buffers for windows of up to T time steps and B lanes.</summary>
    public ModelWorkspace(ModelSpec spec, int maxTimeSteps, int maxLanes)
    {
        var layout = ParameterLayout.For(spec);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTimeSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxLanes);
        Spec = spec;
        MaxTimeSteps = maxTimeSteps;
        MaxLanes = maxLanes;
        int inputSize = spec.FirstLayerInputSize;
        Input = new Activations(maxTimeSteps, maxLanes, inputSize);
        Layers = new RecurrentLayer[spec.LayerCount];
        for (int layer = 0; layer < spec.LayerCount; layer++)
            Layers[layer] = new RecurrentLayer(spec, layer, maxTimeSteps, maxLanes, layer > 0 ? Layers[layer - 1] : null);
        Dropouts = [.. Enumerable.Range(0, spec.LayerCount + 1).Select(layer => spec.DropsInputOf(layer)
            ? new DropoutSite(
                layer, spec.Dropout, maxTimeSteps, maxLanes, spec.LayerInputSize(layer), spec.DropoutKind == DropoutKind.Locked)
            : null)];
        Head = new LinearHead(layout, maxTimeSteps, maxLanes);
        Attention = layout.Attention is null ? null : new AttentionLayer(layout, maxTimeSteps, maxLanes);
        DHidden = new Activations(maxTimeSteps, maxLanes, spec.LayerOutputSize);
        if (spec.Input == InputKind.Tokens)
        {
            Embedding = new EmbeddingLayer(spec.InputSize, spec.EmbeddingSize, spec.EmbeddingDropout, maxTimeSteps, maxLanes);
            DInput = new Activations(maxTimeSteps, maxLanes, inputSize);
        }

        Carry = new float[checked(maxLanes * spec.CarryLength)];
        Lengths = new int[spec.ReadsWholeSequences ? maxLanes : 0];
        bool hasDropout = Dropouts.Any(site => site is not null);
        int rowLength = Math.Max(DInput?.Columns ?? 0, hasDropout ? Math.Max(inputSize, spec.LayerOutputSize) : 0);
        RowScratch = new float[checked(maxTimeSteps * maxLanes * rowLength)];
    }

    /// <summary>The model they are for.</summary>
    public ModelSpec Spec { get; }

    /// <summary>Largest T.</summary>
    public int MaxTimeSteps { get; }

    /// <summary>Largest B.</summary>
    public int MaxLanes { get; }

    /// <summary>
    /// Copies the outputs of the last <see cref="SequenceModel.Forward"/>, (T, B, O): logits for cross-entropy. Steps at which no lane
    /// had a target were not computed; they get zeros.
    /// </summary>
    /// <param name="outputs">Receives T x B x O floats.</param>
    /// <exception cref="ArgumentException">The length is not that of the last window.</exception>
    public void CopyOutputs(Span<float> outputs)
    {
        int rowLength = Head.OutputSize;
        if (outputs.Length != Input.TimeSteps * Input.Lanes * rowLength)
            throw new ArgumentException($"The last window has {Input.TimeSteps} x {Input.Lanes} x {rowLength} outputs, not {outputs.Length}.");
        outputs.Clear();
        for (int row = 0; row < OutputSteps.Count * Input.Lanes; row++)
        {
            int target = (OutputSteps.First * Input.Lanes) + row;
            Head.Outputs.Slice(row * Head.RowStride, rowLength).CopyTo(outputs[(target * rowLength)..]);
        }
    }

    /// <summary>The steps that <see cref="LinearHead.Outputs"/> has.</summary>
    internal StepRange OutputSteps { get; set; }

    /// <summary>Input of the first layer before dropout, (T, B, E or I).</summary>
    internal Activations Input { get; }

    /// <summary>Activations of each recurrent layer.</summary>
    internal RecurrentLayer[] Layers { get; }

    /// <summary>Dropout on the input of each layer and, last, of the head; null where there is none.</summary>
    internal DropoutSite?[] Dropouts { get; }

    /// <summary>The embedding; null for values.</summary>
    internal EmbeddingLayer? Embedding { get; }

    /// <summary>Outputs and their gradients.</summary>
    internal LinearHead Head { get; }

    /// <summary>The attention before the head; null where there is none.</summary>
    internal AttentionLayer? Attention { get; }

    /// <summary>Gradient by a layer's input, (T, B, output size of a layer); takes turns with the head's.</summary>
    internal Activations DHidden { get; }

    /// <summary>Gradient by the embedding's rows, (T, B, E); null for values, where nobody asks.</summary>
    internal Activations? DInput { get; }

    /// <summary>The carry that a window starts from, (B, L, [h, c]): zero where a lane resets.</summary>
    internal float[] Carry { get; }

    /// <summary>Steps of each lane's sequence, (B), where the model reads whole sequences.</summary>
    internal int[] Lengths { get; }

    /// <summary>Rows in row-major order on their way to or from a kernel that wants them so.</summary>
    internal float[] RowScratch { get; }
}
