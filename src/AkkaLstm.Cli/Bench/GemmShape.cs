namespace AkkaLstm.Cli.Bench;

/// <summary>Size of a product C (M, N) = A (M, K) B (K, N).</summary>
internal sealed record GemmShape(int M, int N, int K)
{
    /// <summary>
    /// The products inside LSTM steps: recurrent ones (few rows), and input projections and heads (many rows).
    /// </summary>
    public static IReadOnlyList<GemmShape> Standard { get; } =
    [
        new(12, 512, 128), new(24, 800, 200), new(24, 800, 400), new(60, 512, 128), new(60, 2048, 512),
        new(24, 2600, 650),
        new(960, 800, 200), new(480, 10016, 200),
    ];

    /// <summary>Floating-point operations.</summary>
    public double Flops => 2.0 * M * N * K;

    /// <inheritdoc/>
    public override string ToString() => $"{M},{N},{K}";
}
