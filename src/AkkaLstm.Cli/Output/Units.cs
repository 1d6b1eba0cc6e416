using System.Globalization;
using AkkaLstm.Data;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Output;

/// <summary>Numbers for people, and the words that go with a task.</summary>
internal static class Units
{
    /// <summary>What a task counts: the targets of a language model are tokens, of a forecast rows.</summary>
    public static string TargetsOf(DataTask task) => task switch
    {
        DataTask.CharLm => "chars",
        DataTask.WordLm => "words",
        DataTask.Forecast => "rows",
        DataTask.Classify => "sequences",
        _ => "targets",
    };

    /// <summary>What the loss of a task is.</summary>
    public static string LossOf(TrainingPlan plan) => plan.Task switch
    {
        DataTask.Forecast when plan.Options.Quantiles is not null => "loss (quantile loss, normalised)",
        DataTask.Forecast => "loss (mean squared error, normalised)",
        DataTask.CharLm => "loss (nats per character)",
        DataTask.WordLm => "loss (nats per word)",
        DataTask.Classify => "loss (nats per sequence)",
        _ => "loss",
    };

    /// <summary>A number with four significant digits; no exponent unless it is very small or large.</summary>
    public static string Short(double value)
    {
        if (!double.IsFinite(value))
            return "-";
        double size = Math.Abs(value);
        if (size is not 0 and (< 1e-4 or >= 1e7))
            return value.ToString("0.###e+0", CultureInfo.InvariantCulture);
        int decimals = size == 0 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 8);
        return value.ToString(
            "F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>A count with separators: 12,345.</summary>
    public static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count and its noun: 1 worker, 1,024 workers.</summary>
    public static string Counted(long count, string noun) =>
        count == 1 ? $"1 {noun}" : $"{Count(count)} {noun}s";

    /// <summary>A duration: 7.3 s, 4:05, 2:03:04.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : Clock(time);

    /// <summary>A duration as a clock: 0:07, 4:05, 2:03:04.</summary>
    public static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(
            CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
