using AkkaLstm.Data;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Parsing;

/// <summary>
/// What the help says about a plan option: its heading, and its default as resolving a plan really gives it.
/// </summary>
internal static class PlanOptionHelp
{
    private static readonly HashSet<string> DataNames = new(StringComparer.Ordinal)
    {
        "data", "valid", "test", "task", "validFraction", "testFraction", "inputs", "targets", "dateColumn",
        "horizon", "difference", "quantiles", "known", "seasonLength",
        "arOrder", "maxVocabulary", "trainSequences", "evaluationSequences", "sequenceColumn", "labelColumn", "orderColumn", "tokens", "maxLength", "classWeights",
    };

    private static readonly HashSet<string> ModelNames = new(StringComparer.Ordinal)
    {
        "cell", "hidden", "projection", "modules", "spectralRadius", "direction", "layers", "embedding", "head", "attention",
        "dropout", "dropoutSites", "dropoutKind", "weightDrop", "embeddingDropout", "zoneout", "zoneoutState", "ar", "tar",
        "init", "forgetBias", "inputBias", "initFrom",
    };

    // One plan of each task, resolved from nothing but its data.
    private static readonly (DataTask Task, PlanOptions Options)[] Defaults = [.. DefaultPlans()];

    /// <summary>The heading of an option.</summary>
    public static OptionGroup GroupOf(PlanOption option) =>
        DataNames.Contains(option.Name) ? OptionGroup.Data
        : ModelNames.Contains(option.Name) ? OptionGroup.Model
        : OptionGroup.Training;

    /// <summary>Help text with the default.</summary>
    public static string Describe(PlanOption option) =>
        DefaultOf(option) is { } text ? $"{option.Help} (default: {text})" : option.Help;

    private static string? DefaultOf(PlanOption option)
    {
        if (option.Name == "data")
            return TrainingPlan.Resolve(new PlanOptions()).Data;
        if (option.Name == "task")
            return "by the data: forecast for a .csv, classify for a .jsonl";
        if (option.Name == "shards")
            return "the largest of 8, 4, 2, 1 that divides the batch";
        List<(DataTask Task, string Text)> values = [];
        foreach ((DataTask task, PlanOptions options) in Defaults)
        {
            if (option.TextOf(options) is { } text)
                values.Add((task, text));
        }

        if (values.Count == 0)
            return null;

        // What most tasks share comes first, the others name their task.
        IEnumerable<string> special = values.Select(v => $"{v.Text} for {ChoiceNames.NameOf(v.Task)}");
        if (values.Count < Defaults.Length)
            return string.Join(", ", special);
        string usual = values.GroupBy(v => v.Text).MaxBy(g => g.Count())!.Key;
        special = values.Where(v => v.Text != usual).Select(v => $"{v.Text} for {ChoiceNames.NameOf(v.Task)}");
        return string.Join(", ", special.Prepend(usual));
    }

    private static IEnumerable<(DataTask Task, PlanOptions Options)> DefaultPlans()
    {
        foreach (DataTask task in Enum.GetValues<DataTask>())
        {
            if (DataFor(task) is { } data)
                yield return (task, TrainingPlan.Resolve(new PlanOptions { Task = task, Data = data }).Options);
        }
    }

    private static string? DataFor(DataTask task)
    {
        if (task is DataTask.CharLm or DataTask.WordLm)
            return "text.txt";
        if (task == DataTask.Classify)
            return "data.jsonl";
        return task == DataTask.Forecast ? "data.csv" : null; // others are built in, with sizes of their own
    }
}
