namespace AkkaLstm.Cli.Bench;

/// <summary>Size of an LSTM training step: B lanes, T time steps, I inputs, H hidden units, L layers.</summary>
internal sealed record LstmShape(int B, int T, int I, int H, int L)
{
    /// <summary>The sizes that docs/PERFORMANCE.md speaks of.</summary>
    public static IReadOnlyList<LstmShape> Standard { get; } =
    [
        new(16, 50, 64, 128, 1),
        new(20, 20, 200, 200, 2),
        new(64, 100, 256, 512, 1),
        new(20, 35, 650, 650, 2),
    ];

    /// <summary>
    /// Floating-point operations of forward and backward: 3 x 2 x 4H(I+H) x B x T for each layer.
    /// </summary>
    public double Flops =>
        Enumerable.Range(0, L).Sum(layer => 3.0 * 2 * 4 * H * ((layer == 0 ? I : H) + H) * B * T);

    /// <inheritdoc/>
    public override string ToString() => $"{B},{T},{I},{H},{L}";
}
