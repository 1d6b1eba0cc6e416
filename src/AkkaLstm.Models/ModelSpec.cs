using System.Text.Json.Serialization;
using AkkaLstm.Models.Cells;

namespace AkkaLstm.Models;

/// <summary>What an input row is.</summary>
public enum InputKind
{
    /// <summary>A token index, looked up in an embedding table (V, E).</summary>
    Tokens,

    /// <summary>I numbers, given to the first layer as they are.</summary>
    Values,
}

/// <summary>What is minimised.</summary>
public enum LossKind
{
    /// <summary>-log softmax(y)[target], in nats.</summary>
    CrossEntropy,

    /// <summary>(y - target)^2 for each output; its mean over the counted elements is the MSE.</summary>
    SquaredError,

    /// <summary>
    /// q (target - y) above the output y, (1 - q) (y - target) below, for the <see cref="ModelSpec.Quantiles"/> q in turn.
    /// </summary>
    Quantile,
}

/// <summary>Which way the layers go through a window.</summary>
public enum LayerDirection
{
    /// <summary>From its start to its end.</summary>
    Forward,

    /// <summary>
    /// Both ways, with weights of their own, and the outputs side by side (Schuster and Paliwal 1997, "Bidirectional
    /// Recurrent Neural Networks"; PyTorch's bidirectional=True). The way back starts from zero at the end of every
    /// window and carries nothing.
    /// </summary>
    Both,
}

/// <summary>Where dropout is applied; never inside the recurrence.</summary>
[Flags]
public enum DropoutSites
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>On the first layer's input (embedding or values).</summary>
    Input = 1,

    /// <summary>On the output of every layer but the last: PyTorch's nn.LSTM(dropout=p).</summary>
    BetweenLayers = 2,

    /// <summary>On the last layer's output, before the head.</summary>
    Output = 4,

    /// <summary>
    /// On all non-recurrent connections, as in Zaremba et al. 2014 ("Recurrent Neural Network Regularization").
    /// </summary>
    AllNonRecurrent = Input | BetweenLayers | Output,
}

/// <summary>Where the head's weights come from.</summary>
public enum HeadKind
{
    /// <summary>They are its own.</summary>
    Own,

    /// <summary>
    /// They are the embedding's (Press and Wolf 2017, "Using the Output Embedding to Improve Language Models"; Inan,
    /// Khosravi and Socher 2017).
    /// </summary>
    Tied,
}

/// <summary>What the head reads beside the last layer's output.</summary>
public enum AttentionKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>
    /// A mean of the last layer's outputs up to the same step, whose weights are learned (Bahdanau, Cho and Bengio 2014,
    /// "Neural Machine Translation by Jointly Learning to Align and Translate").
    /// </summary>
    Additive,
}

/// <summary>How long a dropout mask holds.</summary>
public enum DropoutKind
{
    /// <summary>Every time step has a mask of its own, as in PyTorch.</summary>
    Fresh,

    /// <summary>
    /// One mask holds for all time steps of a window (Gal and Ghahramani 2016, "A Theoretically Grounded Application of
    /// Dropout in Recurrent Neural Networks": variational dropout).
    /// </summary>
    Locked,
}

/// <summary>
/// The shape of a sequence model: embedding or values, L stacked recurrent layers with dropout between them, a
/// linear head, a loss. Everything that fixes the names, the shapes and the order of its parameters is here.
/// </summary>
public sealed record ModelSpec
{
    /// <summary>Most modules of a clockwork network: periods up to 2^15 steps.</summary>
    public const int MostModules = 16;

    /// <summary>What an input row is.</summary>
    public required InputKind Input { get; init; }

    /// <summary>V, the vocabulary, for tokens; I, the numbers in a row, for values.</summary>
    public required int InputSize { get; init; }

    /// <summary>E, the width of an embedding row; tokens only, 0 for values.</summary>
    public int EmbeddingSize { get; init; }

    /// <summary>The recurrent cell. Default: LSTM.</summary>
    public CellKind Cell { get; init; } = CellKind.Lstm;

    /// <summary>H, the hidden size of every layer.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>
    /// R, the size to which a projected cell's output is brought, at least 1 and below H; 0 for the other cells.
    /// </summary>
    public int ProjectionSize { get; init; }

    /// <summary>Modules of a clockwork network, at least 1 and at most H; 0 for the other cells.</summary>
    public int ModuleCount { get; init; }

    /// <summary>Which way the layers go. Default: forward.</summary>
    public LayerDirection Direction { get; init; } = LayerDirection.Forward;

    /// <summary>L, the number of stacked layers. Default: 1.</summary>
    public int LayerCount { get; init; } = 1;

    /// <summary>O: classes for cross-entropy, numbers in a target row for the other losses.</summary>
    public required int OutputSize { get; init; }

    /// <summary>What is minimised.</summary>
    public required LossKind Loss { get; init; }

    /// <summary>
    /// Quantile loss: the Q quantiles, each above 0 and below 1; output o is for quantile o mod Q. Null for other losses.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<float>? Quantiles { get; init; }

    /// <summary>Where the head's weights come from. Default: they are its own.</summary>
    public HeadKind Head { get; init; } = HeadKind.Own;

    /// <summary>
    /// What the head reads beside the last layer's output. It sees the steps of a window only, so it is for windows that
    /// hold whole sequences. Default: nothing.
    /// </summary>
    public AttentionKind Attention { get; init; }

    /// <summary>
    /// Whether every lane holds a sequence from time step 0 to its last target, and the head reads there what each way
    /// ends with: the way back starts at the lane's own end, not at that of the window. With <see cref="Attention"/>
    /// outputs that read the same step stay beside each other. Both directions only.
    /// </summary>
    public bool ReadsWholeSequences { get; init; }

    /// <summary>
    /// Probability in [0, 1) with which an element is dropped in training; survivors are scaled by 1 / (1 - p).
    /// Default: 0.
    /// </summary>
    public float Dropout { get; init; }

    /// <summary>Where <see cref="Dropout"/> applies. Default: between the layers, as in PyTorch's nn.LSTM.</summary>
    public DropoutSites DropoutSites { get; init; } = DropoutSites.BetweenLayers;

    /// <summary>How long a mask of <see cref="Dropout"/> holds. Default: one time step.</summary>
    public DropoutKind DropoutKind { get; init; } = DropoutKind.Fresh;

    /// <summary>
    /// Probability in [0, 1) with which a recurrent weight is dropped for a whole training step (weight drop; Merity,
    /// Keskar and Socher 2018, "Regularizing and Optimizing LSTM Language Models"). Default: 0.
    /// </summary>
    public float WeightDrop { get; init; }

    /// <summary>
    /// Probability in [0, 1) with which a row of the embedding, a word, is dropped for a whole training step (Gal and
    /// Ghahramani 2016). Default: 0.
    /// </summary>
    public float EmbeddingDropout { get; init; }

    /// <summary>
    /// Probability in [0, 1) with which a unit's output stays what it was, time step by time step (Krueger et al. 2017,
    /// "Zoneout"). Evaluation takes the mean of both. Default: 0.
    /// </summary>
    public float Zoneout { get; init; }

    /// <summary>The same of a unit's state c. Default: 0.</summary>
    public float ZoneoutState { get; init; }

    /// <summary>
    /// AR (Merity, McCann and Socher 2017, "Revisiting Activation Regularization for Language RNNs"): adds to the loss
    /// of every counted row this number times the mean square of what the head reads. Default: 0.
    /// </summary>
    public float ActivationPenalty { get; init; }

    /// <summary>
    /// TAR, from the same paper: adds this number times the mean square of the change of the last layer's output
    /// since the time step before. Default: 0.
    /// </summary>
    public float ChangePenalty { get; init; }

    /// <summary>Whether <see cref="Zoneout"/> or <see cref="ZoneoutState"/> does anything.</summary>
    public bool HasZoneout => Zoneout > 0 || ZoneoutState > 0;

    /// <summary>Size of the first layer's input rows: E or I.</summary>
    public int FirstLayerInputSize => Input == InputKind.Tokens ? EmbeddingSize : InputSize;

    /// <summary>Floats of one layer's carried state per lane: h and, where the cell has one, c.</summary>
    /// <remarks>Only the way forward carries anything.</remarks>
    public int LayerCarryLength => LayerShape(0).CarryLength(RecurrentCell.Of(Cell));

    /// <summary>D, ways through a window: 1 or 2.</summary>
    public int DirectionCount => Direction == LayerDirection.Both ? 2 : 1;

    /// <summary>Size of the output rows of every layer: H, or R where it is projected, for each direction.</summary>
    public int LayerOutputSize => DirectionCount * LayerShape(0).OutputSize;

    /// <summary>Size of the rows that the head reads: D, or 2 D with <see cref="Attention"/>.</summary>
    public int HeadInputSize => (Attention == AttentionKind.None ? 1 : 2) * LayerOutputSize;

    /// <summary>A, size of the attention's queries and keys: H.</summary>
    public int AttentionSize => HiddenSize;

    /// <summary>Floats of carried state per lane. A carry buffer is lane-major, (B, L, [h, c]).</summary>
    public int CarryLength => LayerCount * LayerCarryLength;

    /// <summary>Size of the input rows of layer <paramref name="layer"/> (0 = lowest).</summary>
    public int LayerInputSize(int layer) => layer == 0 ? FirstLayerInputSize : LayerOutputSize;

    /// <summary>Sizes of layer <paramref name="layer"/>.</summary>
    public RecurrentShape LayerShape(int layer) => new(LayerInputSize(layer), HiddenSize, ProjectionSize, ModuleCount);

    /// <summary>
    /// Whether dropout is applied to the input of layer <paramref name="layer"/>, or of the head for layer = L.
    /// </summary>
    public bool DropsInputOf(int layer)
    {
        DropoutSites site = layer == 0 ? DropoutSites.Input
            : layer == LayerCount ? DropoutSites.Output
            : DropoutSites.BetweenLayers;
        return Dropout > 0 && (DropoutSites & site) != DropoutSites.None;
    }

    /// <summary>Checks every size and combination.</summary>
    /// <returns>This spec.</returns>
    /// <exception cref="ArgumentException">A member is out of range; the message names it and what would be
    /// right.</exception>
    public ModelSpec Validate()
    {
        RequireDefined(Input, nameof(Input));
        RequireDefined(Cell, nameof(Cell));
        RequireDefined(Loss, nameof(Loss));
        RequireDefined(Direction, nameof(Direction));
        RequirePositive(InputSize, nameof(InputSize));
        RequirePositive(HiddenSize, nameof(HiddenSize));
        RequirePositive(LayerCount, nameof(LayerCount));
        RequirePositive(OutputSize, nameof(OutputSize));
        if (Input == InputKind.Tokens)
            RequirePositive(EmbeddingSize, nameof(EmbeddingSize));
        else if (EmbeddingSize != 0)
            throw new ArgumentException($"{nameof(EmbeddingSize)} is {EmbeddingSize} but the input is values: leave it 0.");
        if (Cell != CellKind.LstmProjected && ProjectionSize != 0)
            throw new ArgumentException($"{nameof(ProjectionSize)} is {ProjectionSize} but {Cell} has no projection: leave it 0.");
        if (Cell == CellKind.LstmProjected && (ProjectionSize <= 0 || ProjectionSize >= HiddenSize))
            throw new ArgumentException($"{nameof(ProjectionSize)} is {ProjectionSize}: give at least 1 and less than {HiddenSize}, the hidden size.");
        if (Cell != CellKind.Clockwork && ModuleCount != 0)
            throw new ArgumentException($"{nameof(ModuleCount)} is {ModuleCount} but {Cell} has no modules: leave it 0.");
        if (Cell == CellKind.Clockwork && (ModuleCount <= 0 || ModuleCount > Math.Min(HiddenSize, MostModules)))
        {
            throw new ArgumentException(
                $"{nameof(ModuleCount)} is {ModuleCount}: give at least 1 and at most {Math.Min(HiddenSize, MostModules)}.");
        }

        if (Loss == LossKind.Quantile != Quantiles is { Count: > 0 })
            throw new ArgumentException($"{nameof(Quantiles)}: give some for the quantile loss, and none for another.");
        if (Quantiles?.All(q => q is > 0 and < 1) == false || OutputSize % (Quantiles?.Count ?? 1) != 0)
        {
            throw new ArgumentException(
                $"{nameof(Quantiles)}: give numbers above 0 and below 1, so many that they divide {OutputSize}, the outputs.");
        }

        RequireProbability(Dropout, nameof(Dropout));
        ValidateHead();
        ValidateRegularization();
        if ((DropoutSites & ~DropoutSites.AllNonRecurrent) != DropoutSites.None)
            throw new ArgumentException($"{nameof(DropoutSites)} is {DropoutSites}: combine Input, BetweenLayers and Output.");
        return this;
    }

    private void ValidateHead()
    {
        RequireDefined(Head, nameof(Head));
        if (ReadsWholeSequences && Direction != LayerDirection.Both)
            throw new ArgumentException($"{nameof(ReadsWholeSequences)} goes with both directions only: leave it false.");
        RequireDefined(Attention, nameof(Attention));
        if (Head == HeadKind.Own)
            return;
        if (Attention != AttentionKind.None)
            throw new ArgumentException($"{nameof(Attention)} is {Attention} but the head is tied: leave one of them out.");
        if (Input != InputKind.Tokens || InputSize != OutputSize || RecurrentCell.Of(Cell).IsFixed)
            throw new ArgumentException($"{nameof(Head)} is tied: that asks for tokens in, the same tokens out, and an embedding that learns.");
        if (EmbeddingSize != LayerOutputSize)
        {
            throw new ArgumentException(
                $"{nameof(EmbeddingSize)} is {EmbeddingSize} but a layer's output has {LayerOutputSize}: make them equal or leave the head its own.");
        }
    }

    private void ValidateRegularization()
    {
        RequireDefined(DropoutKind, nameof(DropoutKind));
        RequireProbability(WeightDrop, nameof(WeightDrop));
        RequireProbability(EmbeddingDropout, nameof(EmbeddingDropout));
        RequireProbability(Zoneout, nameof(Zoneout));
        RequireProbability(ZoneoutState, nameof(ZoneoutState));
        RequirePenalty(ActivationPenalty, nameof(ActivationPenalty));
        RequirePenalty(ChangePenalty, nameof(ChangePenalty));
        var cell = RecurrentCell.Of(Cell);
        if (EmbeddingDropout > 0 && Input != InputKind.Tokens)
            throw new ArgumentException($"{nameof(EmbeddingDropout)} is {EmbeddingDropout} but there is no embedding: leave it 0.");
        if (HasZoneout && !cell.CanZoneOut)
            throw new ArgumentException($"{nameof(Zoneout)} does not go with {Cell}: leave it 0.");
        if (ZoneoutState > 0 && !cell.HasState)
            throw new ArgumentException($"{nameof(ZoneoutState)} is {ZoneoutState} but {Cell} has no state: leave it 0.");
        if (HasZoneout && ProjectionSize > 0)
            throw new ArgumentException($"{nameof(Zoneout)} does not go with a projection: leave it 0.");
    }

    private static void RequireProbability(float value, string name)
    {
        if (!(value >= 0 && value < 1))
            throw new ArgumentException($"{name} is {value}: give a probability from 0 up to, not including, 1.");
    }

    private static void RequirePenalty(float value, string name)
    {
        if (!(value >= 0 && float.IsFinite(value)))
            throw new ArgumentException($"{name} is {value}: give a number of at least 0.");
    }

    private static void RequirePositive(int value, string name)
    {
        if (value <= 0)
            throw new ArgumentException($"{name} is {value}: give a whole number of at least 1.");
    }

    private static void RequireDefined<TEnum>(TEnum value, string name)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentException($"{name} is {value}: give one of {string.Join(", ", Enum.GetNames<TEnum>())}.");
    }
}
