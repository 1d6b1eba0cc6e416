using System.Globalization;
using AkkaLstm.Models;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// All options of a plan, in the order help and files list them. Everything that goes through the options one
/// by one (the command line, job files, merging, hashing) goes through this table, so that a new option is one
/// line here.
/// </summary>
public static class PlanOptionTable
{
    /// <summary>The options.</summary>
    public static IReadOnlyList<PlanOption> All { get; } =
    [
        Path("data", "PATH|builtin:NAME", "data to learn from; built-in sets have sizes of their own, which job.json of the run shows", o => o.Data, (o, v) => o with { Data = v }),
        Path("valid", "PATH", "separate validation file", o => o.Valid, (o, v) => o with { Valid = v }),
        Path("test", "PATH", "separate test file", o => o.Test, (o, v) => o with { Test = v }),
        Choice("task", "what is learned", o => o.Task, (o, v) => o with { Task = v }),
        Number(
            "validFraction",
            "share of the data that validates (default: 0.15, of a text 0.05)",
            o => o.ValidFraction,
            (o, v) => o with { ValidFraction = v }),
        Number(
            "testFraction",
            "share of the data that tests (default: 0.15, of a text 0.05)",
            o => o.TestFraction,
            (o, v) => o with { TestFraction = v }),
        List("inputs", "CSV columns read as inputs", o => o.Inputs, (o, v) => o with { Inputs = v }),
        List("targets", "CSV columns that are forecast", o => o.Targets, (o, v) => o with { Targets = v }),
        Text(
            "dateColumn", "NAME", "CSV column with the date", o => o.DateColumn, (o, v) => o with { DateColumn = v }),
        Integer("horizon", "rows ahead that are forecast at once", o => o.Horizon, (o, v) => o with { Horizon = v }),
        Integer(
            "difference",
            "forecast the change over N rows instead of the value: 1 for a trend, the season for a season",
            o => o.Difference,
            (o, v) => o with { Difference = v }),
        Numbers(
            "quantiles",
            "forecast these quantiles, by quantile loss; 0.1,0.5,0.9 is an interval of 80 %",
            o => o.Quantiles,
            (o, v) => o with { Quantiles = v }),
        List(
            "known",
            "input columns whose coming values are known when a forecast is made: calendar, prices",
            o => o.Known,
            (o, v) => o with { Known = v }),
        Integer("seasonLength", "rows of one season", o => o.SeasonLength, (o, v) => o with { SeasonLength = v }),
        Integer("arOrder", "order of the AR baseline", o => o.ArOrder, (o, v) => o with { ArOrder = v }),
        Integer(
            "maxVocabulary",
            "most words in the vocabulary",
            o => o.MaxVocabulary,
            (o, v) => o with { MaxVocabulary = v }),
        Integer(
            "trainSequences",
            "generated sequences of an epoch",
            o => o.TrainSequences,
            (o, v) => o with { TrainSequences = v }),
        Integer(
            "evaluationSequences",
            "generated sequences in validation and in test, each (default: 1000)",
            o => o.EvaluationSequences,
            (o, v) => o with { EvaluationSequences = v }),
        Text(
            "sequenceColumn", "NAME", "CSV column that tells sequences apart (default: sequence)",
            o => o.SequenceColumn,
            (o, v) => o with { SequenceColumn = v }),
        Text(
            "labelColumn", "NAME", "CSV column or JSON field with the label of a sequence (default: label)",
            o => o.LabelColumn,
            (o, v) => o with { LabelColumn = v }),
        Text(
            "orderColumn", "NAME", "CSV column that orders the rows of a sequence (default: the file's order)",
            o => o.OrderColumn,
            (o, v) => o with { OrderColumn = v }),
        Choice(
            "tokens", "what a step of a text to classify is (default: words)",
            o => o.Tokens,
            (o, v) => o with { Tokens = v }),
        Integer(
            "maxLength", "most steps of a sequence, its last ones are kept (default: all)",
            o => o.MaxLength,
            (o, v) => o with { MaxLength = v }),
        Choice(
            "classWeights", "what a sequence weighs in training (default: equal)",
            o => o.ClassWeights,
            (o, v) => o with { ClassWeights = v }),
        Choice(
            "cell",
            $"recurrent cell: {string.Join(", ", ChoiceNames.Of<CellKind>())}",
            o => o.Cell,
            (o, v) => o with { Cell = v },
            hint: "NAME"),
        Integer("hidden", "hidden units of a layer", o => o.Hidden, (o, v) => o with { Hidden = v }),
        Integer(
            "projection",
            "output size of lstm-projected (default: half of --hidden)",
            o => o.Projection,
            (o, v) => o with { Projection = v }),
        Integer(
            "modules",
            "modules of clockwork, with periods of 1, 2, 4, ... steps (default: 5)",
            o => o.Modules,
            (o, v) => o with { Modules = v }),
        Number(
            "spectralRadius",
            "largest eigenvalue of esn's recurrent matrix (default: 0.9)",
            o => o.SpectralRadius,
            (o, v) => o with { SpectralRadius = v }),
        Number(
            "ridge",
            "solve esn's read-out by ridge regression with this penalty (default: it is learned by gradient)",
            o => o.Ridge,
            (o, v) => o with { Ridge = v }),
        Choice(
            "direction",
            "which way the layers go through a window (default: forward)",
            o => o.Direction,
            (o, v) => o with { Direction = v }),
        Integer("layers", "recurrent layers", o => o.Layers, (o, v) => o with { Layers = v }),
        Integer("embedding", "size of a token's embedding", o => o.Embedding, (o, v) => o with { Embedding = v }),
        Choice(
            "head", "where the head's weights come from: own (default), or tied to the embedding",
            o => o.Head,
            (o, v) => o with { Head = v }),
        Choice(
            "attention", "what the head reads beside the last step: none (default), or additive: a weighted mean of all steps",
            o => o.Attention,
            (o, v) => o with { Attention = v }),
        Number(
            "dropout",
            "probability of dropping a value between layers",
            o => o.Dropout,
            (o, v) => o with { Dropout = v }),
        Choice(
            "dropoutSites", "where values are dropped", o => o.DropoutSites, (o, v) => o with { DropoutSites = v }),
        Choice(
            "dropoutKind", "how long a mask holds: fresh, a time step (default), or locked, a window",
            o => o.DropoutKind,
            (o, v) => o with { DropoutKind = v }),
        Number(
            "weightDrop", "probability of dropping a recurrent weight for a step",
            o => o.WeightDrop,
            (o, v) => o with { WeightDrop = v }),
        Number(
            "embeddingDropout", "probability of dropping a token's embedding for a step",
            o => o.EmbeddingDropout,
            (o, v) => o with { EmbeddingDropout = v }),
        Number(
            "zoneout", "probability that a unit keeps its old output", o => o.Zoneout, (o, v) => o with { Zoneout = v }),
        Number(
            "zoneoutState", "probability that a unit keeps its old state",
            o => o.ZoneoutState,
            (o, v) => o with { ZoneoutState = v }),
        Number("ar", "penalty of large outputs of the last layer", o => o.Ar, (o, v) => o with { Ar = v }),
        Number("tar", "penalty of outputs of the last layer that change", o => o.Tar, (o, v) => o with { Tar = v }),
        Integer("window", "time steps of a window", o => o.Window, (o, v) => o with { Window = v }),
        Integer("batch", "lanes of a step", o => o.Batch, (o, v) => o with { Batch = v }),
        Integer("shards", "logical shards, a power of two", o => o.Shards, (o, v) => o with { Shards = v }),
        Integer("epochs", "most epochs", o => o.Epochs, (o, v) => o with { Epochs = v }),
        Long("steps", "most steps over all epochs", o => o.Steps, (o, v) => o with { Steps = v }),
        Choice("optimizer", "how gradients become updates", o => o.Optimizer, (o, v) => o with { Optimizer = v }),
        Number("lr", "learning rate", o => o.Lr, (o, v) => o with { Lr = v }),
        Choice("schedule", "how the learning rate changes; step where only --lr-decay or --lr-decay-after is given", o => o.Schedule, (o, v) => o with { Schedule = v }),
        Number(
            "lrDecay", "factor of the learning rate at each decay of step and plateau, 0.5 unless given", o => o.LrDecay, (o, v) => o with { LrDecay = v }),
        Integer(
            "lrDecayAfter",
            "step: epochs before the first decay, 1 unless given; plateau: epochs without progress, 2 unless given",
            o => o.LrDecayAfter,
            (o, v) => o with { LrDecayAfter = v }),
        Integer(
            "warmupSteps",
            "steps in which the learning rate rises",
            o => o.WarmupSteps,
            (o, v) => o with { WarmupSteps = v }),
        Number("momentum", "decay of the running gradient, with --optimizer momentum (default: 0.9)", o => o.Momentum, (o, v) => o with { Momentum = v }),
        Number("weightDecay", "weight decay", o => o.WeightDecay, (o, v) => o with { WeightDecay = v }),
        Number("clip", "largest global gradient norm, 0 for none", o => o.Clip, (o, v) => o with { Clip = v }),
        Choice("lossScale", "how the loss is divided", o => o.LossScale, (o, v) => o with { LossScale = v }),
        new PlanOption<InitChoice?>(
            "init", PlanValueKind.Text, InitChoice.Syntax, "how the parameters start",
            o => o.Init,
            (o, v) => o with { Init = v },
            (text, place) => InitChoice.Parse(text, place),
            v => v!.Value.ToString()),
        Number(
            "forgetBias",
            "start value of the forget gates' bias",
            o => o.ForgetBias,
            (o, v) => o with { ForgetBias = v }),
        Number(
            "inputBias",
            "start value of the input gates' bias (default: drawn like the others)",
            o => o.InputBias,
            (o, v) => o with { InputBias = v }),
        Path(
            "initFrom",
            "FILE.safetensors",
            "parameters to start from",
            o => o.InitFrom,
            (o, v) => o with { InitFrom = v }),
        Long("seed", "seed of everything random", o => o.Seed, (o, v) => o with { Seed = v }),
        Integer(
            "patience",
            "epochs without progress before stopping, 0 for never",
            o => o.Patience,
            (o, v) => o with { Patience = v }),
        Number(
            "stopAtAccuracy",
            "stop when this share of the validation's answers is right, 1 for all",
            o => o.StopAtAccuracy,
            (o, v) => o with { StopAtAccuracy = v }),
    ];

    /// <summary>The option of that JSON name.</summary>
    /// <param name="name">Name in JSON.</param>
    /// <param name="place">File, for the message.</param>
    /// <exception cref="BadInputException">There is none; the message names the nearest.</exception>
    public static PlanOption Find(string name, string place)
    {
        foreach (PlanOption option in All)
        {
            if (string.Equals(option.Name, name, StringComparison.Ordinal)) return option;
        }

        string? nearest = NearestName.Of(name, All.Select(option => option.Name));
        string hint = nearest is null
            ? $"known keys are {string.Join(", ", All.Select(option => option.Name))}"
            : $"did you mean '{nearest}'?";
        throw new BadInputException($"{place}: unknown key '{name}'; {hint}");
    }

    private static PlanOption<string> Path(
        string name, string hint, string help, Func<PlanOptions, string?> get, Func<PlanOptions, string, PlanOptions> set) =>
        new(name, PlanValueKind.Path, hint, help, get, set, NotEmpty);

    private static PlanOption<string> Text(
        string name, string hint, string help, Func<PlanOptions, string?> get, Func<PlanOptions, string, PlanOptions> set) =>
        new(name, PlanValueKind.Text, hint, help, get, set, NotEmpty);

    private static PlanOption<int?> Integer(
        string name, string help, Func<PlanOptions, int?> get, Func<PlanOptions, int?, PlanOptions> set) =>
        new(
            name,
            PlanValueKind.Integer,
            "N",
            help,
            get,
            set,
            (text, place) => checked((int)WholeNumber(text, place, int.MaxValue)));

    private static PlanOption<long?> Long(
        string name, string help, Func<PlanOptions, long?> get, Func<PlanOptions, long?, PlanOptions> set) =>
        new(
            name,
            PlanValueKind.Integer,
            "N",
            help,
            get,
            set,
            (text, place) => WholeNumber(text, place, long.MaxValue));

    private static PlanOption<double?> Number(
        string name, string help, Func<PlanOptions, double?> get, Func<PlanOptions, double?, PlanOptions> set) =>
        new(name, PlanValueKind.Number, "X", help, get, set, (text, place) => RealNumber(text, place));

    private static PlanOption<T?> Choice<T>(
        string name, string help, Func<PlanOptions, T?> get, Func<PlanOptions, T?, PlanOptions> set, string? hint = null)
        where T : struct, Enum =>
        new(
            name, PlanValueKind.Choice, hint ?? string.Join('|', ChoiceNames.Of<T>()), help, get, set,
            (text, place) => ChoiceNames.Parse<T>(text, place), value => ChoiceNames.NameOf(value!.Value))
        {
            ChoiceList = ChoiceNames.Of<T>(),
        };

    private static PlanOption<IReadOnlyList<string>> List(
        string name, string help, Func<PlanOptions, IReadOnlyList<string>?> get, Func<PlanOptions, IReadOnlyList<string>, PlanOptions> set) =>
        new(name, PlanValueKind.TextList, "A,B,..", help, get, set, Items);

    private static PlanOption<IReadOnlyList<double>> Numbers(
        string name, string help, Func<PlanOptions, IReadOnlyList<double>?> get, Func<PlanOptions, IReadOnlyList<double>, PlanOptions> set) =>
        new(
            name,
            PlanValueKind.NumberList,
            "X,Y,..",
            help,
            get,
            set,
            (text, place) => [.. Items(text, place).Select(item => RealNumber(item, place))]);

    private static IReadOnlyList<string> Items(string text, string place)
    {
        string[] items = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return items.Length > 0
            ? items
            : throw new BadInputException($"{place}: the list is empty; give names separated by commas");
    }

    private static string NotEmpty(string text, string place) =>
        text.Length > 0
            ? text
            : throw new BadInputException($"{place}: the value is empty; give one or leave the option out");

    private static long WholeNumber(string text, string place, long max) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            && value <= max
            && value >= -max
            ? value
            : throw new BadInputException($"{place}: '{text}' is not a whole number up to {max}");

    private static double RealNumber(string text, string place) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value)
            ? value
            : throw new BadInputException($"{place}: '{text}' is not a finite number like 0.001 or 1e-3");
}
