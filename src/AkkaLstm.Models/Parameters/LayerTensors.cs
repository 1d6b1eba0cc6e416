using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Gradients;

namespace AkkaLstm.Models.Parameters;

/// <summary>The tensors of one recurrent layer, in their order in the flat buffer. G gates, R output size.</summary>
/// <param name="InputWeight">weight_ih, (G*H, I).</param>
/// <param name="HiddenWeight">weight_hh, (G*H, R).</param>
/// <param name="InputBias">bias_ih, (G*H).</param>
/// <param name="HiddenBias">bias_hh, (G*H).</param>
/// <param name="Projection">weight_hr, (R, H); null without projection.</param>
/// <param name="RecurringGates">weight_gates, (K*H, K*H), K gates that see each other; null without.</param>
/// <param name="Units">The units' own parameters, (rows, H) each, one after the other without gaps.</param>
public sealed record LayerTensors(
    TensorInfo InputWeight, TensorInfo HiddenWeight, TensorInfo InputBias, TensorInfo HiddenBias, TensorInfo? Projection,
    TensorInfo? RecurringGates, IReadOnlyList<TensorInfo> Units)
{
    /// <summary>Floats of all <see cref="Units"/>.</summary>
    public int UnitLength { get; } = Units.Sum(tensor => tensor.Length);

    /// <summary>The layer's parameters in a flat buffer.</summary>
    public RecurrentParameters Of(ReadOnlySpan<float> parameters) => new()
    {
        InputWeights = InputWeight.Of(parameters),
        HiddenWeights = HiddenWeight.Of(parameters),
        InputBias = InputBias.Of(parameters),
        HiddenBias = HiddenBias.Of(parameters),
        Projection = Projection is null ? default : Projection.Of(parameters),
        RecurringGates = RecurringGates is null ? default : RecurringGates.Of(parameters),
        Units = UnitLength == 0 ? default : parameters.Slice(Units[0].Offset, UnitLength),
    };

    /// <summary>The layer's part of a gradient of the whole model.</summary>
    public RecurrentGradient Of(Gradient gradient) => new()
    {
        InputWeights = gradient.DenseTensor(InputWeight),
        HiddenWeights = gradient.DenseTensor(HiddenWeight),
        InputBias = gradient.DenseTensor(InputBias),
        HiddenBias = gradient.DenseTensor(HiddenBias),
        Projection = Projection is null ? default : gradient.DenseTensor(Projection),
        RecurringGates = RecurringGates is null ? default : gradient.DenseTensor(RecurringGates),
        Units = UnitLength == 0 ? default : gradient.Dense.Span.Slice(Units[0].Offset - gradient.DenseStart, UnitLength),
    };
}
