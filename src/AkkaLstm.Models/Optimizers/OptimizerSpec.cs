namespace AkkaLstm.Models.Optimizers;

/// <summary>How parameters follow their gradient.</summary>
public enum OptimizerKind
{
    /// <summary>p -= lr * g.</summary>
    Sgd,

    /// <summary>m = mu * m + g; p -= lr * m.</summary>
    Momentum,

    /// <summary>v = alpha * v + (1 - alpha) * g^2; p -= lr * g / (sqrt(v) + eps).</summary>
    RmsProp,

    /// <summary>Kingma and Ba 2015, with bias correction.</summary>
    Adam,

    /// <summary>
    /// Loshchilov and Hutter 2019: Adam with weight decay apart from the gradient, p *= 1 - lr * decay.
    /// </summary>
    AdamW,
}

/// <summary>
/// An optimizer and its constants. Formulas and defaults are PyTorch's, except where the plan says otherwise.
/// </summary>
public sealed record OptimizerSpec
{
    /// <summary>Which one.</summary>
    public required OptimizerKind Kind { get; init; }

    /// <summary>mu of <see cref="OptimizerKind.Momentum"/>. Default: 0.9.</summary>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>alpha of <see cref="OptimizerKind.RmsProp"/>. Default: 0.99.</summary>
    public float Smoothing { get; init; } = 0.99f;

    /// <summary>Decay of Adam's mean. Default: 0.9.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Decay of Adam's mean square. Default: 0.999.</summary>
    public float Beta2 { get; init; } = 0.999f;

    /// <summary>Added to the root of the mean square. Default: 1e-8.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>
    /// Decay of the parameters apart from the gradient, for AdamW only (PyTorch's default there: 0.01). Default: 0.
    /// </summary>
    public float WeightDecay { get; init; }

    /// <summary>
    /// Names of the moments kept for each parameter, as PyTorch's optimizers call them; tensors of checkpoints.
    /// </summary>
    public IReadOnlyList<string> MomentNames => Kind switch
    {
        OptimizerKind.Sgd => [],
        OptimizerKind.Momentum => ["momentum_buffer"],
        OptimizerKind.RmsProp => ["square_avg"],
        _ => ["exp_avg", "exp_avg_sq"],
    };

    /// <summary>
    /// Whether a parameter whose gradient is 0 stays as it is, so that rows without gradient need no update.
    /// </summary>
    internal bool LeavesUntouchedAlone => Kind == OptimizerKind.Sgd;

    /// <summary>Checks every constant.</summary>
    /// <returns>This spec.</returns>
    /// <exception cref="ArgumentException">One is out of range; the message names it and what would be
    /// right.</exception>
    public OptimizerSpec Validate()
    {
        if (!Enum.IsDefined(Kind))
            throw new ArgumentException($"{nameof(Kind)} is {Kind}: give one of {string.Join(", ", Enum.GetNames<OptimizerKind>())}.");
        RequireFraction(Momentum, nameof(Momentum));
        RequireFraction(Smoothing, nameof(Smoothing));
        RequireFraction(Beta1, nameof(Beta1));
        RequireFraction(Beta2, nameof(Beta2));
        if (!(Epsilon > 0 && float.IsFinite(Epsilon)))
            throw new ArgumentException($"{nameof(Epsilon)} is {Epsilon}: give a small number above 0.");
        if (!(WeightDecay >= 0 && float.IsFinite(WeightDecay)))
            throw new ArgumentException($"{nameof(WeightDecay)} is {WeightDecay}: give a number of at least 0.");
        if (WeightDecay > 0 && Kind != OptimizerKind.AdamW)
            throw new ArgumentException($"{nameof(WeightDecay)} is {WeightDecay} but {Kind} has none: take AdamW, or leave it 0.");
        return this;
    }

    private static void RequireFraction(float value, string name)
    {
        if (!(value >= 0 && value < 1))
            throw new ArgumentException($"{name} is {value}: give a number from 0 up to, not including, 1.");
    }
}
