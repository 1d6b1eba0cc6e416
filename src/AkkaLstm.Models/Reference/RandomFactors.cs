namespace AkkaLstm.Models.Reference;

/// <summary>
/// What a training step drops, as factors: the twin is given the numbers that the fast model draws. A member that is
/// null drops nothing.
/// </summary>
public sealed record RandomFactors
{
    /// <summary>Factor of an element of a layer's input: 0, or 1 / (1 - p).</summary>
    /// <param name="layer">The layer whose input it is; L for the head.</param>
    /// <param name="lane">Absolute lane.</param>
    /// <param name="t">Time step.</param>
    /// <param name="i">Element.</param>
    public delegate double InputFactor(int layer, int lane, int t, int i);

    /// <summary>Factor of an element of weight_hh: 0, or 1 / (1 - p).</summary>
    public delegate double WeightFactor(int layer, int direction, int row, int column);

    /// <summary>Share of the new value in a unit's output or state: 0 or 1.</summary>
    public delegate double NewShare(int layer, int direction, bool isState, int lane, int t, int unit);

    /// <summary>Dropout.</summary>
    public InputFactor? Dropout { get; init; }

    /// <summary>Weight drop.</summary>
    public WeightFactor? RecurrentWeights { get; init; }

    /// <summary>Dropout of embedding rows, by token: 0, or 1 / (1 - p).</summary>
    public Func<int, double>? EmbeddingRows { get; init; }

    /// <summary>Zoneout.</summary>
    public NewShare? Zoneout { get; init; }
}
