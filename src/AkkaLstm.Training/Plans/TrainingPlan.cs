using System.Security.Cryptography;
using System.Text.Json;
using AkkaLstm.Data;
using AkkaLstm.Data.Classification;
using AkkaLstm.Models;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// A training job with nothing left open: what all processes of a job must agree on, and all that the trained
/// bits depend on besides the data. Immutable; made and checked by <see cref="Resolve"/>.
/// </summary>
public sealed class TrainingPlan
{
    private TrainingPlan(PlanOptions options)
    {
        Options = options;
        Hash = HashOf(options);
    }

    /// <summary>The options with all defaults filled in: what <c>job.json</c> says.</summary>
    public PlanOptions Options { get; }

    /// <summary>
    /// SHA-256 (lower-case hex) over the canonical JSON of the options without paths: the same plan on moved
    /// files has the same hash, and the data has a hash of its own.
    /// </summary>
    public string Hash { get; }

    /// <summary>Path of the data, or <c>builtin:NAME</c>.</summary>
    public string Data => Options.Data!;

    /// <summary>What is learned.</summary>
    public DataTask Task => Options.Task!.Value;

    /// <summary>The recurrent cell.</summary>
    public CellKind Cell => Options.Cell!.Value;

    /// <summary>H, hidden units of a layer.</summary>
    public int Hidden => Options.Hidden!.Value;

    /// <summary>L, recurrent layers.</summary>
    public int Layers => Options.Layers!.Value;

    /// <summary>
    /// λ of the ridge regression that solves the read-out before the first step; null where it learns by gradient.
    /// </summary>
    public double? Ridge => Options.Ridge;

    /// <summary>T, time steps of a window; null for classification, where the longest sequence decides.</summary>
    public int? Window => Options.Window;

    /// <summary>B, lanes of a step.</summary>
    public int Batch => Options.Batch!.Value;

    /// <summary>S, logical shards of a step: a power of two that divides <see cref="Batch"/>.</summary>
    public int Shards => Options.Shards!.Value;

    /// <summary>Lanes of one shard.</summary>
    public int LanesPerShard => Batch / Shards;

    /// <summary>Most epochs.</summary>
    public int Epochs => Options.Epochs!.Value;

    /// <summary>Most steps over all epochs; null where only the epochs end the job.</summary>
    public long? Steps => Options.Steps;

    /// <summary>How gradients become updates.</summary>
    public OptimizerKind Optimizer => Options.Optimizer!.Value;

    /// <summary>Learning rate before any decay.</summary>
    public double LearningRate => Options.Lr!.Value;

    /// <summary>How the learning rate changes.</summary>
    public ScheduleKind Schedule => Options.Schedule!.Value;

    /// <summary>Largest global norm of the gradient; 0 does not clip.</summary>
    public double Clip => Options.Clip!.Value;

    /// <summary>How the loss is divided before its gradient is taken.</summary>
    public LossScale LossScale => Options.LossScale!.Value;

    /// <summary>Seed of everything random.</summary>
    public ulong Seed => (ulong)Options.Seed!.Value;

    /// <summary>
    /// Epochs without a better validation loss after which training stops; 0 never stops early.
    /// </summary>
    public int Patience => Options.Patience!.Value;

    /// <summary>
    /// Share of the validation's answers that must be right for training to stop; null where nothing was said.
    /// </summary>
    public double? StopAtAccuracy => Options.StopAtAccuracy;

    /// <summary>Fills the gaps with defaults and checks everything once.</summary>
    /// <param name="options">What the user said.</param>
    /// <exception cref="BadInputException">An option is out of range or does not go with another; the message
    /// names it and the remedy.</exception>
    public static TrainingPlan Resolve(PlanOptions options)
    {
        PlanOptions named = options with { Data = options.Data ?? PlanDefaults.Data };
        named = named with
        {
            Task = DataSets.TaskOf(new DataOptions { Data = named.Data, Task = named.Task, Window = 1, Batch = 1 }),
        };
        PlanValidation.CheckGiven(named);
        PlanOptions filled = PlanDefaults.Fill(named);
        PlanValidation.CheckResolved(filled);
        return new TrainingPlan(filled);
    }

    /// <summary>What the plan says about the data.</summary>
    public DataOptions ToDataOptions() => new()
    {
        Data = Data,
        Task = Task,
        ValidPath = Options.Valid,
        TestPath = Options.Test,
        Window = Window ?? 1,
        Batch = Batch,
        Seed = Seed,
        ValidFraction = Options.ValidFraction,
        TestFraction = Options.TestFraction,
        Inputs = Options.Inputs,
        Targets = Options.Targets,
        DateColumn = Options.DateColumn,
        Horizon = Options.Horizon ?? 1,
        Difference = Options.Difference,
        Quantiles = Options.Quantiles,
        Known = Options.Known,
        SeasonLength = Options.SeasonLength,
        ArOrder = Options.ArOrder,
        MaxVocabulary = Options.MaxVocabulary,
        TrainSequences = Options.TrainSequences,
        EvaluationSequences = Options.EvaluationSequences,
        SequenceColumn = Options.SequenceColumn,
        LabelColumn = Options.LabelColumn,
        OrderColumn = Options.OrderColumn,
        Tokens = Options.Tokens,
        MaxLength = Options.MaxLength,
        ClassWeights = Options.ClassWeights ?? ClassWeights.Equal,
    };

    /// <summary>The model this plan trains on data of the given shape.</summary>
    /// <exception cref="BadInputException">An option is about tokens where the data are numbers.</exception>
    public ModelSpec ToModelSpec(SourceShape shape) => Options.EmbeddingDropout > 0 && !shape.IsTokenInput
        ? throw new BadInputException("--embedding-dropout: the data have no tokens; leave it out")
        : Options.Tokens is not null && !shape.IsTokenInput
        ? throw new BadInputException("--tokens: the data are numbers and no text; leave it out")
        : new()
    {
        Input = shape.IsTokenInput ? InputKind.Tokens : InputKind.Values,
        InputSize = shape.InputSize,
        EmbeddingSize = shape.IsTokenInput ? Options.Embedding ?? Hidden : 0,
        Cell = Cell,
        HiddenSize = Hidden,
        ProjectionSize = Options.Projection ?? 0,
        ModuleCount = Options.Modules ?? 0,
        Direction = Options.Direction ?? LayerDirection.Forward,
        ReadsWholeSequences = Options.Direction == LayerDirection.Both && Task == DataTask.Classify,
        Head = Options.Head ?? HeadKind.Own,
        Attention = Options.Attention ?? AttentionKind.None,
        LayerCount = Layers,
        OutputSize = shape.OutputSize,
        Loss = shape.IsClassTarget ? LossKind.CrossEntropy
            : Options.Quantiles is null ? LossKind.SquaredError : LossKind.Quantile,
        Quantiles = Options.Quantiles is { } quantiles ? [.. quantiles.Select(q => (float)q)] : null,
        Dropout = (float)Options.Dropout!.Value,
        DropoutSites = Options.DropoutSites!.Value,
        DropoutKind = Options.DropoutKind ?? DropoutKind.Fresh,
        WeightDrop = (float)(Options.WeightDrop ?? 0),
        EmbeddingDropout = (float)(Options.EmbeddingDropout ?? 0),
        Zoneout = (float)(Options.Zoneout ?? 0),
        ZoneoutState = (float)(Options.ZoneoutState ?? 0),
        ActivationPenalty = (float)(Options.Ar ?? 0),
        ChangePenalty = (float)(Options.Tar ?? 0),
    };

    /// <summary>The optimizer with its constants.</summary>
    public OptimizerSpec ToOptimizerSpec()
    {
        var spec = new OptimizerSpec { Kind = Optimizer, WeightDecay = (float)Options.WeightDecay!.Value };
        return Options.Momentum is { } momentum ? spec with { Momentum = (float)momentum } : spec;
    }

    /// <summary>How the parameters start.</summary>
    public InitOptions ToInitOptions()
    {
        InitChoice init = Options.Init!.Value;
        var options = new InitOptions
        {
            Kind = init.Kind, ForgetBias = (float?)Options.ForgetBias, InputBias = (float?)Options.InputBias,
        };
        if (Options.SpectralRadius is { } radius)
            options = options with { SpectralRadius = radius };
        return init.Kind == InitKind.Uniform ? options with { UniformScale = (float)init.Range } : options;
    }

    private static string HashOf(PlanOptions options)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            JobFile.Write(
                writer, options, option => option.Kind != PlanValueKind.Path || IsBuiltinData(option, options));
            writer.WriteEndObject();
        }

        return Convert.ToHexStringLower(SHA256.HashData(json.GetBuffer().AsSpan(0, (int)json.Length)));
    }

    private static bool IsBuiltinData(PlanOption option, PlanOptions options) =>
        option.Name == "data" && DataName.IsBuiltin(options.Data!);
}
