using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// What a plan is where the user said nothing: settings known to work for the task, so that a first run needs
/// no options. Each is on the safe side of its field's practice; the built-in data sets add the sizes they are
/// meant to be used with.
/// </summary>
internal static class PlanDefaults
{
    /// <summary>The data of a plan that names none.</summary>
    public const string Data = "builtin:sunspots";

    private const int MostShards = 8;

    /// <summary>Periods up to 16 steps.</summary>
    private const int MostModules = 5;

    private const double SpectralRadius = 0.9;

    private static readonly PlanOptions Everything = new()
    {
        Cell = CellKind.Lstm,
        Layers = 1,
        Dropout = 0,
        DropoutSites = DropoutSites.BetweenLayers,
        Schedule = ScheduleKind.Constant,
        WarmupSteps = 0,
        WeightDecay = 0,
        LossScale = LossScale.Mean,
        Init = new InitChoice(InitKind.Default, 0),
        ForgetBias = 1,
        Seed = 1,
        Patience = 0,
    };

    private static readonly PlanOptions Forecast = new()
    {
        Hidden = 64,
        Window = 48,
        Batch = 64,
        Horizon = 1,
        Epochs = 40,
        Optimizer = OptimizerKind.Adam,
        Lr = 0.001,
        Clip = 1,
        Patience = 10,
    };

    private static readonly PlanOptions CharLm = new()
    {
        Hidden = 256,
        Layers = 2,
        Embedding = 64,
        Dropout = 0.2,
        DropoutSites = DropoutSites.AllNonRecurrent,
        Window = 64,
        Batch = 32,
        Epochs = 15,
        Optimizer = OptimizerKind.Adam,
        Lr = 0.002,
        Clip = 1,
    };

    /// <summary>
    /// The small configuration of Zaremba, Sutskever, Vinyals 2014, "Recurrent Neural Network Regularization".
    /// </summary>
    private static readonly PlanOptions WordLm = new()
    {
        Hidden = 200,
        Layers = 2,
        Embedding = 200,
        Window = 20,
        Batch = 20,
        Epochs = 13,
        Optimizer = OptimizerKind.Sgd,
        Lr = 1,
        Schedule = ScheduleKind.Step,
        LrDecay = 0.5,
        LrDecayAfter = 4,
        Clip = 5,
        Init = new InitChoice(InitKind.Uniform, 0.1),
        ForgetBias = 0,
        LossScale = LossScale.SumOverTime,
    };

    private static readonly PlanOptions Classify = new()
    {
        Hidden = 64,
        Embedding = 32,
        Batch = 32,
        Epochs = 60,
        Optimizer = OptimizerKind.Adam,
        Lr = 0.005,
        Clip = 1,
        Patience = 10,
    };

    private static readonly PlanOptions Synthetic = new()
    {
        Hidden = 64,
        Embedding = 16,
        Batch = 32,
        Epochs = 10,
        Optimizer = OptimizerKind.Adam,
        Lr = 0.005,
        Clip = 1,
    };

    /// <summary>
    /// A read-out that is solved has nothing left to learn: one epoch that changes no parameter measures the losses.
    /// </summary>
    internal static PlanOptions Solved { get; } =
        new() { Epochs = 1, Optimizer = OptimizerKind.Sgd, Lr = 0, Schedule = ScheduleKind.Constant, Clip = 0, Patience = 0 };

    /// <summary>Options with every gap filled that has a default.</summary>
    /// <param name="options">What the user said; data and task are set.</param>
    public static PlanOptions Fill(PlanOptions options)
    {
        PlanOptions task = options.Task!.Value switch
        {
            DataTask.Forecast => Forecast,
            DataTask.CharLm => CharLm,
            DataTask.WordLm => WordLm,
            DataTask.Classify => Classify,
            DataTask.Synthetic => Synthetic,
            _ => throw new ArgumentOutOfRangeException(nameof(options)),
        };
        if (options.Ridge is not null) task = Solved.Over(task);
        PlanOptions filled = WithSchedule(options, task).Over(OfBuiltin(options.Data!)).Over(task).Over(Everything);
        if (filled.Schedule != task.Schedule) // the task's decay is that of its own schedule
            filled = filled with { LrDecay = options.LrDecay, LrDecayAfter = options.LrDecayAfter };
        filled = WithDecay(filled);
        return filled with
        {
            Embedding = options.Embedding is null && filled.Head == HeadKind.Tied ? OutputSizeOf(filled) : filled.Embedding,
            Shards = filled.Shards ?? ShardsFor(filled.Batch!.Value),
            ForgetBias = HasForgetGate(filled) ? filled.ForgetBias : null,
            Modules = filled.Modules ?? (filled.Cell == CellKind.Clockwork ? Math.Min(MostModules, filled.Hidden!.Value) : null),
            SpectralRadius = filled.SpectralRadius ?? (filled.Cell == CellKind.Esn ? SpectralRadius : null),
            Projection = filled.Projection ?? (filled.Cell == CellKind.LstmProjected ? filled.Hidden / 2 : null),
        };
    }

    /// <summary>Whether the plan's cell has a gate for the forget bias.</summary>
    internal static bool HasForgetGate(PlanOptions options) =>
        RecurrentCell.Of(options.Cell ?? Everything.Cell!.Value).ForgetGate is not null;

    /// <summary>Size of a layer's output in a model whose layers go forward.</summary>
    internal static int OutputSizeOf(PlanOptions options) => options.Cell == CellKind.LstmProjected
        ? options.Projection ?? options.Hidden!.Value / 2
        : options.Hidden!.Value;

    /// <summary>Largest power of two up to 8 that divides the batch.</summary>
    internal static int ShardsFor(int batch)
    {
        int shards = MostShards;
        while (shards > 1 && batch % shards != 0) shards /= 2;
        return shards;
    }

    /// <summary>A decay that the user gave asks for a schedule that decays.</summary>
    private static PlanOptions WithSchedule(PlanOptions options, PlanOptions task) =>
        options.Schedule is null && task.Schedule is null && (options.LrDecay ?? options.LrDecayAfter) is not null
            ? options with { Schedule = ScheduleKind.Step }
            : options;

    /// <summary>A schedule that decays needs to know how.</summary>
    private static PlanOptions WithDecay(PlanOptions options) => options.Schedule switch
    {
        ScheduleKind.Step => options with { LrDecay = options.LrDecay ?? 0.5, LrDecayAfter = options.LrDecayAfter ?? 1 },
        ScheduleKind.Plateau => options with { LrDecay = options.LrDecay ?? 0.5, LrDecayAfter = options.LrDecayAfter ?? 2 },
        _ => options,
    };

    private static PlanOptions OfBuiltin(string data)
    {
        if (DataSets.FindBuiltin(data) is not { } builtin) return new PlanOptions();
        bool isForecast = builtin.Task == DataTask.Forecast;
        return new PlanOptions
        {
            Window = builtin.Task == DataTask.Classify ? null : builtin.Window,
            Batch = builtin.Batch,
            Horizon = isForecast ? builtin.Horizon : null,
            SeasonLength = isForecast ? builtin.SeasonLength : null,
        };
    }
}
