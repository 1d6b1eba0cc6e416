namespace AkkaLstm.Models.Cells;

/// <summary>
/// What an LSTM has; the ablations are those of Greff et al. 2015 ("LSTM: A Search Space Odyssey"). Members are
/// constants that the just-in-time compiler folds.
/// </summary>
internal interface ILstmVariant
{
    /// <summary>i; without it i = 1.</summary>
    static virtual bool HasInputGate => true;

    /// <summary>f; without it f = 1, or 1 - i where the gates are coupled.</summary>
    static virtual bool HasForgetGate => true;

    /// <summary>Whether f = 1 - i; then there is no forget gate of its own.</summary>
    static virtual bool IsCoupled => false;

    /// <summary>o; without it o = 1.</summary>
    static virtual bool HasOutputGate => true;

    /// <summary>Whether g = tanh of its argument, not the argument itself.</summary>
    static virtual bool HasInputActivation => true;

    /// <summary>Whether h = o tanh(c), not o c.</summary>
    static virtual bool HasOutputActivation => true;

    /// <summary>Whether the gates see the state: i and f the one before, o the new one.</summary>
    static virtual bool HasPeepholes => false;

    /// <summary>Whether the gates i, f and o see those of the step before.</summary>
    static virtual bool HasGateRecurrence => false;
}

/// <summary>PyTorch's nn.LSTM; in the paper's terms NP, no peepholes.</summary>
internal readonly struct StandardLstm : ILstmVariant;

/// <summary>
/// The first form, without forget gate: the constant error carousel c = c' + i g (Hochreiter and Schmidhuber 1997).
/// </summary>
internal readonly struct CarouselLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasForgetGate => false;
}

/// <summary>f = 1 - i, as in a gated recurrent unit, without peepholes.</summary>
internal readonly struct CoupledLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasForgetGate => false;

    /// <inheritdoc/>
    public static bool IsCoupled => true;
}

/// <summary>
/// Gates that see the state (Gers and Schmidhuber 2000, "Recurrent Nets that Time and Count"); the paper's "vanilla"
/// LSTM.
/// </summary>
internal readonly struct PeepholeLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasPeepholes => true;
}

/// <summary>FGR, full gate recurrence, as in the paper of 1997: the gates see those of the step before.</summary>
internal readonly struct FullGateLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasPeepholes => true;

    /// <inheritdoc/>
    public static bool HasGateRecurrence => true;
}

/// <summary>NIG, no input gate: i = 1.</summary>
internal readonly struct NoInputGateLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasPeepholes => true;

    /// <inheritdoc/>
    public static bool HasInputGate => false;
}

/// <summary>NFG, no forget gate: f = 1.</summary>
internal readonly struct NoForgetGateLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasPeepholes => true;

    /// <inheritdoc/>
    public static bool HasForgetGate => false;
}

/// <summary>NOG, no output gate: o = 1.</summary>
internal readonly struct NoOutputGateLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasPeepholes => true;

    /// <inheritdoc/>
    public static bool HasOutputGate => false;
}

/// <summary>NIAF, no input activation function: g is linear.</summary>
internal readonly struct NoInputActivationLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasPeepholes => true;

    /// <inheritdoc/>
    public static bool HasInputActivation => false;
}

/// <summary>NOAF, no output activation function: h = o c.</summary>
internal readonly struct NoOutputActivationLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasPeepholes => true;

    /// <inheritdoc/>
    public static bool HasOutputActivation => false;
}

/// <summary>CIFG, coupled input and forget gate: f = 1 - i.</summary>
internal readonly struct CoupledPeepholeLstm : ILstmVariant
{
    /// <inheritdoc/>
    public static bool HasPeepholes => true;

    /// <inheritdoc/>
    public static bool HasForgetGate => false;

    /// <inheritdoc/>
    public static bool IsCoupled => true;
}
