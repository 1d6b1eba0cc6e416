using AkkaLstm.Data;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Parsing;

/// <summary>What the help says about a plan option: its heading, and its default as resolving a plan really gives it.</summary>
internal static class PlanOptionHelp
{
    private static readonly HashSet<string> DataNames = new(StringComparer.Ordinal)
    {
        "data", "valid", "test", "task", "validFraction", "testFraction", "inputs", "targets", "dateColumn", "horizon", "seasonLength",
        "arOrder", "maxVocabulary", "trainSequences",
    };

    private static readonly HashSet<string> ModelNames = new(StringComparer.Ordinal)
    {
        "cell", "hidden", "layers", "embedding", "dropout", "dropoutSites", "init", "forgetBias", "initFrom",
    };

    // One plan of each task, resolved from nothing but its data.
    private static readonly (DataTask Task, PlanOptions Options)[] Defaults =
    [
        .. Enum.GetValues<DataTask>().Select(task => (task, Data: DataFor(task))).Where(pair => pair.Data is not null)
            .Select(pair => (pair.task, TrainingPlan.Resolve(new PlanOptions { Task = pair.task, Data = pair.Data }).Options)),
    ];

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
            return "by the data: forecast for a .csv";
        if (option.Name == "shards")
            return "the largest of 8, 4, 2, 1 that divides the batch";
        List<(DataTask Task, string Text)> values =
            [.. Defaults.Select(d => (d.Task, Text: option.TextOf(d.Options))).Where(d => d.Text is not null).Select(d => (d.Task, d.Text!))];
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

    private static string? DataFor(DataTask task) => task switch
    {
        DataTask.Forecast => "data.csv",
        DataTask.CharLm or DataTask.WordLm => "text.txt",
        _ => DataSets.Builtins.FirstOrDefault(b => b.Task == task) is { } builtin ? DataSets.BuiltinPrefix + builtin.Name : null,
    };
}
