namespace AkkaLstm.Models.Cells;

/// <summary>The parameters of a recurrent layer, as files have them.</summary>
/// <remarks>
/// Shapes and order of the gates are PyTorch's. G gates, I input size, H hidden size, R = H, or the projection's size
/// where there is one.
/// </remarks>
public readonly ref struct RecurrentParameters
{
    /// <summary>weight_ih, (G*H, I).</summary>
    public ReadOnlySpan<float> InputWeights { get; init; }

    /// <summary>weight_hh, (G*H, R).</summary>
    public ReadOnlySpan<float> HiddenWeights { get; init; }

    /// <summary>bias_ih, (G*H).</summary>
    public ReadOnlySpan<float> InputBias { get; init; }

    /// <summary>bias_hh, (G*H).</summary>
    public ReadOnlySpan<float> HiddenBias { get; init; }

    /// <summary>The units' own parameters, (rows, H); empty for a cell without.</summary>
    public ReadOnlySpan<float> Units { get; init; }

    /// <summary>weight_hr, (R, H); empty without projection.</summary>
    public ReadOnlySpan<float> Projection { get; init; }

    /// <summary>weight_gates, (K*H, K*H), K gates that see each other; empty for a cell without.</summary>
    public ReadOnlySpan<float> RecurringGates { get; init; }

    /// <summary>The rows of some of the gates, without what is not of gates.</summary>
    internal RecurrentParameters GatesOf(RecurrentShape shape, int firstGate, int count)
    {
        int first = firstGate * shape.HiddenSize;
        int rows = count * shape.HiddenSize;
        return new RecurrentParameters
        {
            InputWeights = InputWeights.Slice(first * shape.InputSize, rows * shape.InputSize),
            HiddenWeights = HiddenWeights.Slice(first * shape.OutputSize, rows * shape.OutputSize),
            InputBias = InputBias.Slice(first, rows),
            HiddenBias = HiddenBias.Slice(first, rows),
        };
    }
}

/// <summary>Where the gradients of a recurrent layer's parameters go; what the spans held does not matter.</summary>
/// <inheritdoc cref="RecurrentParameters" path="/remarks"/>
public readonly ref struct RecurrentGradient
{
    /// <summary>Gradient of weight_ih, (G*H, I).</summary>
    public Span<float> InputWeights { get; init; }

    /// <summary>Gradient of weight_hh, (G*H, R).</summary>
    public Span<float> HiddenWeights { get; init; }

    /// <summary>Gradient of bias_ih, (G*H).</summary>
    public Span<float> InputBias { get; init; }

    /// <summary>Gradient of bias_hh, (G*H).</summary>
    public Span<float> HiddenBias { get; init; }

    /// <summary>Gradient of the units' own parameters, (rows, H).</summary>
    public Span<float> Units { get; init; }

    /// <summary>Gradient of weight_hr, (R, H).</summary>
    public Span<float> Projection { get; init; }

    /// <summary>Gradient of weight_gates, (K*H, K*H).</summary>
    public Span<float> RecurringGates { get; init; }

    /// <inheritdoc cref="RecurrentParameters.GatesOf"/>
    internal RecurrentGradient GatesOf(RecurrentShape shape, int firstGate, int count)
    {
        int first = firstGate * shape.HiddenSize;
        int rows = count * shape.HiddenSize;
        return new RecurrentGradient
        {
            InputWeights = InputWeights.Slice(first * shape.InputSize, rows * shape.InputSize),
            HiddenWeights = HiddenWeights.Slice(first * shape.OutputSize, rows * shape.OutputSize),
            InputBias = InputBias.Slice(first, rows),
            HiddenBias = HiddenBias.Slice(first, rows),
        };
    }
}
