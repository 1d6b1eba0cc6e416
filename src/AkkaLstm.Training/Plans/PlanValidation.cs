using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// The rules a plan must keep. Every message names the option, what is wrong and what would be right.
/// </summary>
internal static class PlanValidation
{
    private static readonly string[] ForecastOnly =
        ["targets", "dateColumn", "horizon", "difference", "quantiles", "known", "seasonLength", "arOrder"];

    private static readonly string[] ClassifyOnly = ["sequenceColumn", "labelColumn", "orderColumn", "tokens", "maxLength", "classWeights"];

    /// <summary>
    /// Checks what only the user's own options can have wrong: an option that the task does not know.
    /// </summary>
    public static void CheckGiven(PlanOptions options)
    {
        DataTask task = options.Task!.Value;
        foreach (PlanOption option in PlanOptionTable.All)
        {
            if (!option.IsSet(options) || TasksOf(option.Name) is not { } tasks || tasks.Contains(task)) continue;
            throw new BadInputException(
                $"{option.CommandLineName}: goes with --task "
                + $"{string.Join(" or ", tasks.Select(ChoiceNames.NameOf))} only, "
                + $"not with {ChoiceNames.NameOf(task)}; leave it out");
        }

        if (options.ForgetBias is not null && !PlanDefaults.HasForgetGate(options))
        {
            throw new BadInputException(
                $"--forget-bias: {ChoiceNames.NameOf(options.Cell!.Value)} has no forget gate; leave it out");
        }

        CellKind cell = options.Cell ?? CellKind.Lstm;
        if (options.InputBias is not null && RecurrentCell.Of(cell).InputGate is null)
            throw new BadInputException($"--input-bias: {ChoiceNames.NameOf(cell)} has no input gate; leave it out");

        if (options.Projection is not null && options.Cell != CellKind.LstmProjected)
            throw new BadInputException("--projection: goes with --cell lstm-projected only; leave it out");
        if (options.Modules is not null && options.Cell != CellKind.Clockwork)
            throw new BadInputException("--modules: goes with --cell clockwork only; leave it out");
        if (options.SpectralRadius is not null && options.Cell != CellKind.Esn)
            throw new BadInputException("--spectral-radius: goes with --cell esn only; leave it out");
        if (options.Ridge is not null)
            RidgeValidation.CheckGiven(options);
        if (options.WeightDecay > 0 && options.Cell == CellKind.Esn)
            throw new BadInputException("--weight-decay: would shrink the fixed weights of esn; leave it out");
        CheckZoneout(options);
        if (options.Head == HeadKind.Tied && options.Cell == CellKind.Esn)
            throw new BadInputException("--head: the embedding of esn does not learn; leave it out");
        bool predicts = task is not (DataTask.Synthetic or DataTask.Classify) || options.Data == "builtin:reber";
        if (options.Direction == LayerDirection.Both && predicts)
            throw new BadInputException("--direction: both would show the model the values that it is to predict; use forward");

        if (options.Attention is not (null or AttentionKind.None) && task is DataTask.CharLm or DataTask.WordLm)
        {
            throw new BadInputException(
                "--attention: a text goes on from window to window, of which attention sees one; "
                + $"leave it out with --task {ChoiceNames.NameOf(task)}");
        }

        if (DataName.IsBuiltin(options.Data!) && (options.Valid ?? options.Test) is not null)
        {
            throw new BadInputException(
                $"{(options.Valid is null ? "--test" : "--valid")}: {options.Data} brings "
                + "its own validation and test data; leave it out");
        }
    }

    /// <summary>Checks the numbers and how they go together.</summary>
    public static void CheckResolved(PlanOptions options)
    {
        AtLeast("--hidden", options.Hidden, options.Cell == CellKind.LstmProjected ? 2 : 1, 65_536);
        AtLeast("--projection", options.Projection, 1, options.Hidden!.Value - 1);
        if (options.Head == HeadKind.Tied && options.Embedding != PlanDefaults.OutputSizeOf(options))
        {
            throw new BadInputException(
                $"--head: tied weights need an embedding of {PlanDefaults.OutputSizeOf(options)}, the size of a layer's "
                + $"output, not {options.Embedding}; leave --embedding out");
        }

        AtLeast("--modules", options.Modules, 1, Math.Min(ModelSpec.MostModules, options.Hidden!.Value));
        Within("--spectral-radius", options.SpectralRadius, value => value is > 0 and <= 10, "above 0, for example 0.9");
        AtLeast("--layers", options.Layers, 1, 64);
        AtLeast("--embedding", options.Embedding, 1, 65_536);
        Within("--dropout", options.Dropout, value => value is >= 0 and < 1, "from 0 up to, not including, 1");
        Within("--weight-drop", options.WeightDrop, value => value is >= 0 and < 1, "from 0 up to, not including, 1");
        Within("--embedding-dropout", options.EmbeddingDropout, value => value is >= 0 and < 1, "from 0 up to, not including, 1");
        Within("--zoneout", options.Zoneout, value => value is >= 0 and < 1, "from 0 up to, not including, 1");
        Within("--zoneout-state", options.ZoneoutState, value => value is >= 0 and < 1, "from 0 up to, not including, 1");
        Within("--ar", options.Ar, value => value >= 0, "0 or more, for example 2");
        Within("--tar", options.Tar, value => value >= 0, "0 or more, for example 1");
        AtLeast("--window", options.Window, 1, 1_000_000);
        AtLeast("--batch", options.Batch, 1, 1_000_000);
        AtLeast("--epochs", options.Epochs, 1, int.MaxValue);
        AtLeast("--steps", options.Steps, 1, long.MaxValue);
        AtLeast("--horizon", options.Horizon, 1, 100_000);
        AtLeast("--difference", options.Difference, 1, 100_000);
        CheckQuantiles(options.Quantiles);
        AtLeast("--season-length", options.SeasonLength, 1, int.MaxValue);
        AtLeast("--ar-order", options.ArOrder, 1, 10_000);
        AtLeast("--max-vocabulary", options.MaxVocabulary, 3, int.MaxValue);
        AtLeast("--max-length", options.MaxLength, 1, 1_000_000);
        AtLeast("--train-sequences", options.TrainSequences, 1, int.MaxValue);
        AtLeast("--evaluation-sequences", options.EvaluationSequences, 1, 1_000_000_000);
        AtLeast("--seed", options.Seed, 0, long.MaxValue);
        AtLeast("--patience", options.Patience, 0, int.MaxValue);
        AtLeast("--warmup-steps", options.WarmupSteps, 0, int.MaxValue);
        AtLeast("--lr-decay-after", options.LrDecayAfter, 0, int.MaxValue);
        if (options.Ridge is not null)
            RidgeValidation.CheckResolved(options);
        else
            Within("--lr", options.Lr, value => value > 0, "above 0, for example 0.001");
        Within(
            "--lr-decay", options.LrDecay, value => value is > 0 and <= 1, "above 0 and at most 1, for example 0.5");
        Within("--momentum", options.Momentum, value => value is >= 0 and < 1, "from 0 up to, not including, 1");
        Within("--weight-decay", options.WeightDecay, value => value >= 0, "0 or more, for example 0.01");
        Within("--clip", options.Clip, value => value >= 0, "0 (no clipping) or more, for example 5");
        Within(
            "--forget-bias",
            options.ForgetBias,
            value => Math.Abs(value) <= 100,
            "between -100 and 100, usually 0 or 1");
        Within("--input-bias", options.InputBias, value => Math.Abs(value) <= 100, "between -100 and 100, usually 0 or -3");
        Within(
            "--valid-fraction",
            options.ValidFraction,
            value => value is >= 0 and < 1,
            "from 0 up to, not including, 1");
        Within(
            "--test-fraction",
            options.TestFraction,
            value => value is >= 0 and < 1,
            "from 0 up to, not including, 1");
        Within(
            "--stop-at-accuracy",
            options.StopAtAccuracy,
            value => value is > 0 and <= 1,
            "above 0 and at most 1, for example 0.99");
        if (options is { StopAtAccuracy: not null, ValidFraction: 0, Valid: null })
            throw new BadInputException(
                "--stop-at-accuracy: looks at the validation, and --valid-fraction 0 leaves none; leave one of them out");
        CheckShards(options.Batch!.Value, options.Shards!.Value);
        CheckOptimizer(options);
        CheckSchedule(options);
        if (options.ValidFraction + options.TestFraction >= 1)
            throw new BadInputException(
                "--valid-fraction: with --test-fraction nothing is left to train on; make their sum less than 1");
    }

    private static void CheckZoneout(PlanOptions options)
    {
        CellKind kind = options.Cell ?? CellKind.Lstm;
        var cell = RecurrentCell.Of(kind);
        string name = ChoiceNames.NameOf(kind);
        if ((options.Zoneout ?? options.ZoneoutState) is not null && (!cell.CanZoneOut || kind == CellKind.LstmProjected))
            throw new BadInputException($"--zoneout: does not go with --cell {name}; leave it out or use lstm");
        if (options.ZoneoutState is not null && !cell.HasState)
            throw new BadInputException($"--zoneout-state: {name} has no state; use --zoneout");
    }

    private static DataTask[]? TasksOf(string option) =>
        ForecastOnly.Contains(option, StringComparer.Ordinal) ? [DataTask.Forecast]
        : ClassifyOnly.Contains(option, StringComparer.Ordinal) ? [DataTask.Classify]
        : option == "ridge" ? [DataTask.Forecast, DataTask.Classify, DataTask.Synthetic]
        : option == "inputs" ? [DataTask.Forecast, DataTask.Classify]
        : option == "head" ? [DataTask.CharLm, DataTask.WordLm]
        : option == "maxVocabulary" ? [DataTask.WordLm, DataTask.Classify]
        : option == "window" ? [DataTask.Forecast, DataTask.CharLm, DataTask.WordLm, DataTask.Synthetic]
        : option is "trainSequences" or "evaluationSequences" ? [DataTask.Synthetic]
        : option == "stopAtAccuracy" ? [DataTask.Classify, DataTask.Synthetic]
        : option is "embedding" or "embeddingDropout" ? [DataTask.CharLm, DataTask.WordLm, DataTask.Classify, DataTask.Synthetic]
        : null;

    private static void CheckQuantiles(IReadOnlyList<double>? quantiles)
    {
        if (quantiles is null) return;
        bool isAscending = quantiles.Zip(quantiles.Skip(1), (low, high) => low < high).All(holds => holds);
        if (!isAscending || quantiles[0] <= 0 || quantiles[^1] >= 1 || !quantiles.Contains(0.5))
        {
            throw new BadInputException(
                "--quantiles: give numbers above 0 and below 1, each larger than the one before, and 0.5 among them, "
                + "for example 0.1,0.5,0.9");
        }
    }

    private static void CheckShards(int batch, int shards)
    {
        if (shards < 1 || !int.IsPow2(shards))
            throw new BadInputException($"--shards: {shards} is not a power of two; use 1, 2, 4, 8, ...");
        if (batch % shards != 0)
        {
            throw new BadInputException(
                $"--shards: a batch of {batch} cannot be divided by {shards} shards; "
                + $"use --shards {PlanDefaults.ShardsFor(batch)} or --batch {Math.Max(1, batch / shards) * shards}");
        }
    }

    private static void CheckOptimizer(PlanOptions options)
    {
        if (options.Momentum is not null && options.Optimizer != OptimizerKind.Momentum)
        {
            throw new BadInputException(
                $"--momentum: {ChoiceNames.NameOf(options.Optimizer!.Value)} has none; "
                + "use --optimizer momentum, or leave it out");
        }

        if (options.WeightDecay > 0 && options.Optimizer != OptimizerKind.AdamW)
        {
            throw new BadInputException(
                $"--weight-decay: {ChoiceNames.NameOf(options.Optimizer!.Value)} has none; "
                + "use --optimizer adamw, or leave it out");
        }
    }

    private static void CheckSchedule(PlanOptions options)
    {
        bool isDecayGiven = (options.LrDecay ?? options.LrDecayAfter) is not null;
        if (isDecayGiven && options.Schedule is ScheduleKind.Constant or ScheduleKind.Cosine)
        {
            throw new BadInputException(
                $"--lr-decay: the {ChoiceNames.NameOf(options.Schedule.Value)} schedule has no decay; "
                + "use --schedule step or plateau");
        }
    }

    private static void AtLeast(string option, long? value, long min, long max)
    {
        if (value < min)
            throw new BadInputException($"{option}: {value} is too small; use {min} or more");
        if (value > max)
            throw new BadInputException($"{option}: {value} is too large; use at most {max}");
    }

    private static void Within(string option, double? value, Func<double, bool> holds, string range)
    {
        // Training computes in float, which has neither 0.99999999 nor 1e-50.
        if (value is { } number && !(holds(number) && holds((float)number) && float.IsFinite((float)number)))
            throw new BadInputException(
                FormattableString.Invariant($"{option}: {number} is out of range; use a number {range}"));
    }
}
