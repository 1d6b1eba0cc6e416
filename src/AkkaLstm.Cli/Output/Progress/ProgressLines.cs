using System.Globalization;
using System.Text;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Models;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Output.Progress;

/// <summary>The sentences of a run's progress, the same on a terminal and in a log.</summary>
internal static class ProgressLines
{
    /// <summary>What is about to happen.</summary>
    public static IEnumerable<string> Started(TrainingStarted started)
    {
        TrainingPlan plan = started.Plan;
        string cells = plan.Layers == 1 ? $"1 layer of {plan.Hidden}" : $"{plan.Layers} layers of {plan.Hidden}";
        string run = ProgramName.PathFromHere(started.RunDirectory);
        yield return started.ResumedFrom is { } checkpoint
            ? $"Resuming {run} from {Path.GetFileName(checkpoint)}"
            : $"Training {ChoiceNames.NameOf(plan.Task)} on {plan.Data}, run directory {run}";
        yield return $"  model: {ChoiceNames.NameOf(plan.Cell)}, {cells}, {Units.Count(started.ParameterCount)} parameters";
        foreach (string note in started.DataNotes ?? [])
            yield return $"  {note}";
        if (plan is { Layers: 1, Options: { Dropout: > 0, DropoutSites: DropoutSites.BetweenLayers } })
        {
            yield return "  note: --dropout has no effect, one layer has nothing between layers; "
                + "add --dropout-sites all-non-recurrent, or --layers 2";
        }

        string window = plan.Window is { } length ? $"window {length}, " : "";
        yield return $"  steps: {window}batch {plan.Batch}, {Units.Count(started.StepsPerEpoch)} an epoch, "
            + $"up to {Units.Counted(started.EpochCount, "epoch")}";
    }

    /// <summary>A finished epoch.</summary>
    public static string Epoch(EpochReport epoch, TrainingStarted started, ProgressPicture? picture)
    {
        int digits = Units.Count(started.EpochCount).Length;
        var line = new StringBuilder();
        line.Append($"epoch {Units.Count(epoch.Epoch + 1).PadLeft(digits)}/{Units.Count(started.EpochCount)}");
        line.Append($"  train {Units.Short(epoch.TrainingLoss)}");
        if (epoch.ValidationLoss is { } valid)
            line.Append($"  valid {Units.Short(valid)}");
        if (epoch.ValidationAccuracy is { } accuracy)
            line.Append($"  accuracy {100 * accuracy:0.0} %");
        if (picture is { TargetsPerSecond: > 0 })
            line.Append($"  {Units.Count(picture.TargetsPerSecond)} {Units.TargetsOf(started.Plan.Task)}/s");
        line.Append($"  {Units.Clock(epoch.Elapsed)}");
        if (epoch.IsBest)
            line.Append("  best");
        if (picture?.SlowWorker is { } slow)
            line.Append($"  worker {WorkerTable.Describe(slow)}");
        return line.ToString();
    }

    /// <summary>The middle of an epoch.</summary>
    public static string Step(ProgressPicture picture, TrainingStarted started)
    {
        var line = new StringBuilder();
        line.Append(
            $"  step {Units.Count(picture.Step)}/{Units.Count(picture.StepCount)}  epoch "
                + $"{picture.Epoch}/{picture.EpochCount}");
        line.Append($"  loss {Units.Short(picture.Loss)}");
        line.Append($"  {Units.Count(picture.TargetsPerSecond)} {Units.TargetsOf(started.Plan.Task)}/s");
        if (picture.Remaining is { } left)
            line.Append($"  {Units.Clock(left)} left");
        if (picture.SlowWorker is { } slow)
            line.Append($"  worker {WorkerTable.Describe(slow)}");
        return line.ToString();
    }

    /// <summary>What other numbers of workers would bring.</summary>
    public static string Forecast(ScalingForecast forecast)
    {
        string shards = $"of {Units.Counted(forecast.Shards, "shard")}";
        string limit = forecast.PayingWorkers == 1
            ? $"more than one worker does not pay ({shards})"
            : $"more than {Units.Count(forecast.PayingWorkers)} do not pay";
        if (forecast.More <= forecast.Workers)
            return $"forecast: {limit}{(forecast.PayingWorkers == 1 ? "" : $" ({shards})")}";
        string faster = forecast.Speedup.ToString("0.0", CultureInfo.InvariantCulture);
        return $"forecast: {Units.Count(forecast.More)} workers, a core each, would be up to {faster}x as fast ({shards}); "
            + limit;
    }
}
