namespace AkkaLstm.Models.Parameters;

/// <summary>How parameters start.</summary>
public enum InitKind
{
    /// <summary>PyTorch's: U(-1/sqrt(H), 1/sqrt(H)) for LSTM and head, N(0, 1) for the embedding.</summary>
    Default,

    /// <summary>U(-scale, scale) for every parameter, biases and embedding too (Zaremba et al. 2014).</summary>
    Uniform,

    /// <summary>
    /// Each gate's recurrent matrix orthogonal (Saxe et al. 2014), input weights uniform after Glorot and Bengio
    /// 2010, LSTM biases 0; embedding and head as in <see cref="Default"/>.
    /// </summary>
    Orthogonal,
}

/// <summary>How parameters start.</summary>
public sealed record InitOptions
{
    /// <summary>The rule. Default: PyTorch's.</summary>
    public InitKind Kind { get; init; } = InitKind.Default;

    /// <summary>Half the width of the <see cref="InitKind.Uniform"/> interval. Default: 0.1.</summary>
    public float UniformScale { get; init; } = 0.1f;

    /// <summary>
    /// What the forget gates' bias is set to, in PyTorch's convention of two biases: bias_ih gets this value and
    /// bias_hh 0 there. Null leaves what the rule gives.
    /// </summary>
    public float? ForgetBias { get; init; }

    /// <summary>
    /// The largest magnitude that an eigenvalue of a reservoir's recurrent matrix gets. Default: 0.9. Below 1 the
    /// reservoir forgets what it started from, as a rule.
    /// </summary>
    public double SpectralRadius { get; init; } = 0.9;

    /// <summary>
    /// What the input gates' bias is set to, in the same way. Below 0 a cell starts by letting little in, which keeps the
    /// state of a cell that cannot forget from drifting (Hochreiter and Schmidhuber 1997, section 5.4: -3 and -6).
    /// </summary>
    public float? InputBias { get; init; }

    /// <summary>Checks every member.</summary>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">One is out of range; the message names it and what would be
    /// right.</exception>
    public InitOptions Validate()
    {
        if (!Enum.IsDefined(Kind))
            throw new ArgumentException($"{nameof(Kind)} is {Kind}: give one of {string.Join(", ", Enum.GetNames<InitKind>())}.");
        if (!(UniformScale >= 0 && float.IsFinite(UniformScale)))
            throw new ArgumentException($"{nameof(UniformScale)} is {UniformScale}: give a number of at least 0.");
        if (ForgetBias is { } bias && !float.IsFinite(bias))
            throw new ArgumentException($"{nameof(ForgetBias)} is {bias}: give a finite number.");
        if (!(SpectralRadius > 0 && double.IsFinite(SpectralRadius)))
            throw new ArgumentException($"{nameof(SpectralRadius)} is {SpectralRadius}: give a number above 0, for example 0.9.");
        if (InputBias is { } inputBias && !float.IsFinite(inputBias))
            throw new ArgumentException($"{nameof(InputBias)} is {inputBias}: give a finite number.");
        return this;
    }
}
