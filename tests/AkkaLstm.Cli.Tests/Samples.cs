using System.Globalization;
using System.Text;

namespace AkkaLstm.Cli.Tests;

/// <summary>Small data and the options of jobs that take a second.</summary>
internal static class Samples
{
    /// <summary>A noisy wave with a trend-free season of 20 rows and monthly dates.</summary>
    public static string Csv(int rows = 300)
    {
        var random = new Random(5);
        var csv = new StringBuilder("month,load,price\n");
        for (int i = 0; i < rows; i++)
        {
            double load = 10 + (5 * Math.Sin(2 * Math.PI * i / 20)) + random.NextDouble();
            double price = 3 + Math.Cos(2 * Math.PI * i / 20);
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{1990 + (i / 12)}-{(i % 12) + 1:00},{load:0.####},{price:0.####}\n");
        }

        return csv.ToString();
    }

    /// <summary>Text that a character model learns at once.</summary>
    public static string Text(int sentences = 120) =>
        string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog.\n", sentences));

    /// <summary>Sequences of 3 to 9 steps that rise or fall.</summary>
    public static string Sequences(int count = 90, bool hasLabels = true)
    {
        var csv = new StringBuilder(hasLabels ? "sequence,label,height\n" : "sequence,height\n");
        for (int i = 0; i < count; i++)
        {
            bool rises = i % 2 == 0;
            string label = !hasLabels ? "" : rises ? "\"up, up\"," : "down,";
            for (int t = 0; t < 3 + (i % 7); t++)
                csv.Append(CultureInfo.InvariantCulture, $"s{i},{label}{(rises ? t : -t) + (0.1 * (i % 5))}\n");
        }

        return csv.ToString();
    }

    /// <summary>A classifier's job without its data.</summary>
    public static string[] ClassifyJob { get; } =
        ["--task", "classify", "--batch", "16", "--hidden", "8", "--epochs", "30", "--lr", "0.02", "--patience", "0"];

    /// <summary>A forecast job without its data.</summary>
    public static string[] ForecastJob { get; } =
        ["--targets", "load", "--window", "12", "--batch", "16", "--hidden", "8", "--horizon", "4", "--epochs", "3"];

    /// <summary>A character model's job without its data.</summary>
    public static string[] TextJob { get; } =
    [
        "--task", "char-lm", "--window", "10", "--batch", "8", "--hidden", "16", "--layers", "1", "--embedding",
        "8", "--epochs", "4",
    ];
}
