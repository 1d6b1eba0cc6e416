using AkkaLstm.Data;
using AkkaLstm.Data.Classification;
using AkkaLstm.Data.Text;
using AkkaLstm.Models;
using AkkaLstm.Models.Optimizers;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// What the user says about a training job: null where nothing was said. The names are those of JOB.json
/// (camelCase) and of the command line (kebab-case); <see cref="PlanOptionTable"/> lists them with their help.
/// <see cref="TrainingPlan.Resolve"/> fills the gaps.
/// </summary>
public sealed record PlanOptions
{
    /// <summary>Path of the data, or <c>builtin:NAME</c>.</summary>
    public string? Data { get; init; }

    /// <summary>Path of a separate validation file; without it the training data is split.</summary>
    public string? Valid { get; init; }

    /// <summary>Path of a separate test file; without it the training data is split.</summary>
    public string? Test { get; init; }

    /// <summary>What is learned from the data.</summary>
    public DataTask? Task { get; init; }

    /// <summary>Share of the data that validates, 0 to 1.</summary>
    public double? ValidFraction { get; init; }

    /// <summary>Share of the data that tests, 0 to 1.</summary>
    public double? TestFraction { get; init; }

    /// <summary>Columns of the CSV that are read as inputs.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>Columns of the CSV that are forecast.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>Column of the CSV that holds the date.</summary>
    public string? DateColumn { get; init; }

    /// <summary>Rows ahead that are forecast at once.</summary>
    public int? Horizon { get; init; }

    /// <summary>Rows between the two values of a difference; the targets are differenced over so many.</summary>
    public int? Difference { get; init; }

    /// <summary>Quantiles that are forecast, ascending, with 0.5; where nothing is said, the mean.</summary>
    public IReadOnlyList<double>? Quantiles { get; init; }

    /// <summary>Input columns of the CSV whose values are known for the rows that are forecast.</summary>
    public IReadOnlyList<string>? Known { get; init; }

    /// <summary>Rows of one season, for the seasonal naive baseline and MASE.</summary>
    public int? SeasonLength { get; init; }

    /// <summary>Order p of the AR(p) baseline.</summary>
    public int? ArOrder { get; init; }

    /// <summary>Most words kept in a word vocabulary.</summary>
    public int? MaxVocabulary { get; init; }

    /// <summary>Sequences of one epoch of a generated data set.</summary>
    public int? TrainSequences { get; init; }

    /// <summary>Sequences of a generated data set in validation and in test, each.</summary>
    public int? EvaluationSequences { get; init; }

    /// <summary>Column of the CSV that tells sequences apart.</summary>
    public string? SequenceColumn { get; init; }

    /// <summary>Column of the CSV, or field of JSON Lines, with the label of a sequence.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Column of the CSV that orders the rows of a sequence.</summary>
    public string? OrderColumn { get; init; }

    /// <summary>What a time step of a text to classify is.</summary>
    public VocabularyKind? Tokens { get; init; }

    /// <summary>Most steps of a sequence that are read, the last ones.</summary>
    public int? MaxLength { get; init; }

    /// <summary>What a sequence weighs in the training loss of a classifier; all the same where nothing is said.</summary>
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>Recurrent cell.</summary>
    public CellKind? Cell { get; init; }

    /// <summary>H, hidden units of a layer.</summary>
    public int? Hidden { get; init; }

    /// <summary>R, size to which the output of a projected cell is brought; half of H where nothing is said.</summary>
    public int? Projection { get; init; }

    /// <summary>M, modules of a clockwork network, each with half the pace of the one before.</summary>
    public int? Modules { get; init; }

    /// <summary>Largest magnitude of an eigenvalue of an echo state network's recurrent matrix.</summary>
    public double? SpectralRadius { get; init; }

    /// <summary>
    /// λ, the penalty of the ridge regression that solves an echo state network's read-out; where nothing is said it
    /// learns by gradient.
    /// </summary>
    public double? Ridge { get; init; }

    /// <summary>Which way the layers go through a window; forward where nothing is said.</summary>
    public LayerDirection? Direction { get; init; }

    /// <summary>L, recurrent layers.</summary>
    public int? Layers { get; init; }

    /// <summary>E, size of a token's embedding.</summary>
    public int? Embedding { get; init; }

    /// <summary>Where the head's weights come from; they are its own where nothing is said.</summary>
    public HeadKind? Head { get; init; }

    /// <summary>What the head reads beside the last layer's output; nothing where nothing is said.</summary>
    public AttentionKind? Attention { get; init; }

    /// <summary>Probability that a value between two layers is dropped in training.</summary>
    public double? Dropout { get; init; }

    /// <summary>Where dropout applies.</summary>
    public DropoutSites? DropoutSites { get; init; }

    /// <summary>How long a mask of dropout holds; one time step where nothing is said.</summary>
    public DropoutKind? DropoutKind { get; init; }

    /// <summary>Probability that a recurrent weight is dropped for a step.</summary>
    public double? WeightDrop { get; init; }

    /// <summary>Probability that a token's embedding is dropped for a step.</summary>
    public double? EmbeddingDropout { get; init; }

    /// <summary>Probability that a unit's output stays what it was.</summary>
    public double? Zoneout { get; init; }

    /// <summary>Probability that a unit's state stays what it was.</summary>
    public double? ZoneoutState { get; init; }

    /// <summary>AR: factor of the mean square of what the head reads.</summary>
    public double? Ar { get; init; }

    /// <summary>TAR: factor of the mean square of the change of the last layer's output.</summary>
    public double? Tar { get; init; }

    /// <summary>T, time steps of a window.</summary>
    public int? Window { get; init; }

    /// <summary>B, lanes of a step.</summary>
    public int? Batch { get; init; }

    /// <summary>S, logical shards of a step, a power of two.</summary>
    public int? Shards { get; init; }

    /// <summary>Most epochs.</summary>
    public int? Epochs { get; init; }

    /// <summary>Most steps over all epochs.</summary>
    public long? Steps { get; init; }

    /// <summary>How gradients become updates.</summary>
    public OptimizerKind? Optimizer { get; init; }

    /// <summary>Learning rate.</summary>
    public double? Lr { get; init; }

    /// <summary>How the learning rate changes.</summary>
    public ScheduleKind? Schedule { get; init; }

    /// <summary>Factor of the learning rate at each decay.</summary>
    public double? LrDecay { get; init; }

    /// <summary>
    /// Epochs before the first decay (step), or epochs without progress that cause one (plateau).
    /// </summary>
    public int? LrDecayAfter { get; init; }

    /// <summary>Steps in which the learning rate rises from 0.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>Decay of the running gradient of momentum SGD.</summary>
    public double? Momentum { get; init; }

    /// <summary>Weight decay.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>Largest global norm of the gradient; 0 does not clip.</summary>
    public double? Clip { get; init; }

    /// <summary>How the loss is divided before its gradient is taken.</summary>
    public LossScale? LossScale { get; init; }

    /// <summary>How the parameters start.</summary>
    public InitChoice? Init { get; init; }

    /// <summary>Start value of the forget gates' bias.</summary>
    public double? ForgetBias { get; init; }

    /// <summary>Start value of the input gates' bias; drawn like the others where nothing is said.</summary>
    public double? InputBias { get; init; }

    /// <summary>A .safetensors file the parameters start from.</summary>
    public string? InitFrom { get; init; }

    /// <summary>Seed of everything random.</summary>
    public long? Seed { get; init; }

    /// <summary>
    /// Epochs without a better validation loss after which training stops; 0 never stops early.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>Share of the validation's answers that must be right for training to stop; null for any.</summary>
    public double? StopAtAccuracy { get; init; }

    /// <summary>
    /// These options where they are set, otherwise those of <paramref name="lower"/> (the command line over the
    /// job file).
    /// </summary>
    public PlanOptions Over(PlanOptions lower)
    {
        PlanOptions merged = lower;
        foreach (PlanOption option in PlanOptionTable.All)
            merged = option.IsSet(this) ? option.Copy(this, merged) : merged;
        return merged;
    }

    /// <summary>These options with absolute paths, so that they mean the same from every directory.</summary>
    internal PlanOptions WithFullPaths() => this with
    {
        Data = Data is null || DataName.IsBuiltin(Data) ? Data : Path.GetFullPath(Data),
        Valid = Valid is null ? null : Path.GetFullPath(Valid),
        Test = Test is null ? null : Path.GetFullPath(Test),
        InitFrom = InitFrom is null ? null : Path.GetFullPath(InitFrom),
    };
}
