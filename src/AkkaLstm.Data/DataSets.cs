using AkkaLstm.Data.Classification;
using AkkaLstm.Data.Forecasting;
using AkkaLstm.Data.Synthetic;
using AkkaLstm.Data.Text;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data;

/// <summary>Opens data sets.</summary>
public static class DataSets
{
    /// <summary>What a built-in data set's name is preceded by.</summary>
    public const string BuiltinPrefix = "builtin:";

    private const int LargestWindow = 1_000_000;
    private const int LargestBatch = 1_000_000;

    /// <summary>The data sets that need no file.</summary>
    public static IReadOnlyList<BuiltinDataSet> Builtins { get; } =
    [
        new(
            Sunspots.Name, DataTask.Forecast, "monthly mean sunspot numbers 1749-2013 (WDC-SILSO, Brussels)",
            Window: 48, Batch: 32, Horizon: 12, SeasonLength: 132),
        new(
            ReberProblem.Name, DataTask.Synthetic,
            "next symbol of embedded Reber strings (Hochreiter and Schmidhuber 1997)",
            ReberProblem.DefaultWindow, Batch: 32),
        new(
            AddingProblem.Name, DataTask.Synthetic,
            "sum of two marked numbers far apart (Hochreiter and Schmidhuber 1997)",
            AddingProblem.DefaultLength, Batch: 32),
        new(
            TemporalOrderProblem.Name, DataTask.Synthetic,
            "order of two symbols far apart (Hochreiter and Schmidhuber 1997, task 6a)",
            TemporalOrderProblem.DefaultWindow, Batch: 32),
        new(
            CopyProblem.Name, DataTask.Synthetic,
            "ten symbols after a long delay (Arjovsky, Shah and Bengio 2016)",
            CopyProblem.DefaultWindow, Batch: 32),
        new(
            Waves.Name, DataTask.Classify,
            "shape of noisy waves of differing length: square, triangle, rising or falling saw teeth",
            Window: Waves.LongestLength, Batch: 32),
    ];

    /// <summary>The built-in that a <c>--data</c> value names; null where it names a file.</summary>
    /// <exception cref="BadInputException">No built-in has this name.</exception>
    public static BuiltinDataSet? FindBuiltin(string data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!data.StartsWith(BuiltinPrefix, StringComparison.Ordinal))
            return null;
        string name = data[BuiltinPrefix.Length..];
        return Builtins.FirstOrDefault(builtin => builtin.Name == name) ?? throw new BadInputException(
            $"--data {data}: there is no built-in of that name; "
            + $"there are: {string.Join(", ", Builtins.Select(builtin => builtin.Name))}.");
    }

    /// <summary>The task that options ask for or their data implies.</summary>
    /// <exception cref="BadInputException">
    /// A file that could be anything, or a task that the built-in is not made for.
    /// </exception>
    public static DataTask TaskOf(DataOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (FindBuiltin(options.Data) is { } builtin)
        {
            return options.Task is null || options.Task == builtin.Task ? builtin.Task : throw new BadInputException(
                $"--task: {options.Data} is made for another task; leave --task out.");
        }

        if (options.Task == DataTask.Synthetic)
        {
            throw new BadInputException(
                $"--data {options.Data}: a synthetic problem is not read from a file; "
                + "give --data builtin:NAME.");
        }

        return options.Task ?? (HasExtension(".csv") ? DataTask.Forecast
            : HasExtension(".jsonl") || HasExtension(".ndjson") ? DataTask.Classify
            : throw new BadInputException(
                $"--data {options.Data}: say what to do with the file: --task forecast, char-lm, word-lm or classify."));

        bool HasExtension(string extension) => options.Data.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Opens a data set. For training (<paramref name="saved"/> is null) scales or vocabulary come from the
    /// training part, and all splits there are must be long enough; with a saved model its own are used, and
    /// only the splits that are asked for matter.
    /// </summary>
    /// <param name="options">What to open and how to cut it.</param>
    /// <param name="saved">What was saved with the model.</param>
    /// <exception cref="BadInputException">A file or an option that cannot be used.</exception>
    public static DataSet Open(DataOptions options, DataArtifacts? saved = null)
    {
        DataTask task = TaskOf(options);
        RequireWithin("--window", options.Window, 1, LargestWindow);
        RequireWithin("--batch", options.Batch, 1, LargestBatch);
        DataSet dataSet = task switch
        {
            DataTask.Synthetic => SyntheticDataSet.Open(options, FindBuiltin(options.Data)!.Name),
            DataTask.Forecast => ForecastDataSet.Open(options, saved?.Normalizer),
            DataTask.Classify => ClassificationDataSet.Open(options, saved?.Classification),
            _ => TextDataSet.Open(options, task, saved?.Vocabulary),
        };
        RequireBatchFits(dataSet.Shape, task == DataTask.Classify ? "--max-length" : "--window");
        if (saved is null)
        {
            foreach (DataSplit split in Enum.GetValues<DataSplit>())
            {
                if (split == DataSplit.Train || dataSet.Has(split))
                    _ = dataSet.Source(split);
            }
        }

        return dataSet;
    }

    /// <summary>Checks a whole number.</summary>
    /// <exception cref="BadInputException">It lies outside the bounds.</exception>
    internal static void RequireWithin(string option, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new BadInputException($"{option} {value}: must lie between {least} and {most}.");
    }

    private static void RequireBatchFits(SourceShape shape, string lengthOption)
    {
        double rows = (double)shape.WindowLength * shape.Lanes;
        double values = rows * Math.Max(
            shape.IsTokenInput ? 1 : shape.InputSize, shape.IsClassTarget ? 1 : shape.OutputSize);
        if (values > Array.MaxLength)
        {
            throw new BadInputException(
                $"{lengthOption} {shape.WindowLength} and --batch {shape.Lanes}: one batch would have {values:N0} values; "
                + "make one of them smaller.");
        }
    }
}
