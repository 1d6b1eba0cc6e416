using System.Globalization;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Data;
using Spectre.Console;

namespace AkkaLstm.Cli.Output;

/// <summary>
/// Figures of the model beside those of the baselines, as a table, and in a sentence where the model stands.
/// </summary>
internal static class EvaluationTable
{
    /// <summary>Prints the figures of a split.</summary>
    public static void Write(CliConsole console, EvaluationReport report, string splitName)
    {
        IAnsiConsole ansi = SpectreConsoles.ForOut(console);
        ansi.Write(
            report.Methods.Count > 1 ? MethodsTable(report, splitName) : FiguresTable(report.Model, splitName));
        if (report.Model.Targets.Count > 0)
            ansi.Write(TargetsTable(report.Model, report.Confusion is null ? "target column" : "class"));
        if (report.Confusion is { } confusion)
            ConfusionTable.Write(console, confusion);
        if (report.Quantiles.Count > 0)
            QuantileTable.Write(console, report.Quantiles);
        if (Verdict(report) is { } verdict)
            console.Out.WriteLine(verdict);
    }

    /// <summary>
    /// Where the model stands by RMSE, baseline by baseline, better or worse; null where there is nothing to
    /// compare.
    /// </summary>
    internal static string? Verdict(EvaluationReport report)
    {
        const string metric = "rmse";
        if (report.Confusion is not null)
            return Accuracies(report);
        if (report.Model[metric] is not { } own)
            return null;
        List<string> parts = [];
        foreach (MethodScores baseline in report.Methods.Skip(1))
        {
            if (baseline[metric] is not > 0 || baseline[metric] is not { } other)
                continue;
            double percent = 100 * (own - other) / other;
            string amount = Math.Abs(percent).ToString(
                Math.Abs(percent) < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);
            parts.Add($"{amount} % {(percent < 0 ? "below" : "above")} {ShortName(baseline)}");
        }

        return parts.Count == 0 ? null : $"The model's RMSE is {string.Join(", ", parts)}.";
    }

    private static string? Accuracies(EvaluationReport report)
    {
        IEnumerable<string> others = report.Methods.Skip(1).Select(method => $"{ShortName(method)} {Percent(method)}");
        return report.Methods.Count == 1 ? null
            : $"The model is right on {Percent(report.Model)} of the sequences; {string.Join(", ", others)}.";

        static string Percent(MethodScores method) =>
            string.Create(CultureInfo.InvariantCulture, $"{100 * method["accuracy"]:0.0} %");
    }

    /// <summary>What a metric is called in tables.</summary>
    internal static string Title(string metric) => metric switch
    {
        "mae" => "MAE",
        "rmse" => "RMSE",
        "smape" => "sMAPE %",
        "mase" => "MASE",
        "natsPerToken" => "nats per token",
        "perplexity" => "perplexity",
        "bitsPerCharacter" => "bits per character",
        "accuracy" => "accuracy",
        "sequenceAccuracy" => "whole sequences right",
        "macroF1" => "macro-F1",
        "f1" => "F1",
        "support" => "sequences",
        _ => metric,
    };

    /// <summary>What a baseline is called in a sentence: persistence, seasonal naive, AR(27).</summary>
    internal static string ShortName(MethodScores method) =>
        method.Method == "ar" ? method.Description.Split(' ')[0] : method.Method.Replace('-', ' ');

    private static Table MethodsTable(EvaluationReport report, string splitName)
    {
        string[] metrics = [.. report.Methods.SelectMany(m => m.Metrics).Select(m => m.Name).Distinct(
            StringComparer.Ordinal)];
        Table table = NewTable(splitName);
        foreach (string metric in metrics)
            table.AddColumn(new TableColumn(Title(metric)).RightAligned());
        foreach (MethodScores method in report.Methods)
        {
            bool isModel = method == report.Model;
            string name = isModel ? "this model" : ShortName(method);
            bool isNameEnough = isModel || method.Description.StartsWith(name, StringComparison.Ordinal);
            string description = isNameEnough ? "" : $": {method.Description}";
            List<Text> cells = [new(name + description, isModel ? Strong : Style.Plain)];
            foreach (string metric in metrics)
            {
                double? value = method[metric];
                bool isBest = value is not null && value == Best(report, metric);
                cells.Add(new Text(value is { } v ? Units.Short(v) : "-", isBest ? Strong : Style.Plain));
            }

            table.AddRow(cells);
        }

        return table;
    }

    private static double? Best(EvaluationReport report, string metric) =>
        metric is "accuracy" or "sequenceAccuracy" or "macroF1"
            ? report.Methods.Max(m => m[metric])
            : report.Methods.Min(m => m[metric]);

    private static Table FiguresTable(MethodScores model, string splitName)
    {
        Table table = NewTable(splitName);
        table.AddColumn(new TableColumn("").RightAligned());
        foreach (Metric metric in model.Metrics)
        {
            string value = metric.Name is "accuracy" or "sequenceAccuracy"
                ? string.Create(CultureInfo.InvariantCulture, $"{100 * metric.Value:0.00} %")
                : Units.Short(metric.Value);
            table.AddRow(new Text(Title(metric.Name)), new Text(value, Strong));
        }

        return table.HideHeaders().Title(splitName);
    }

    private static Table TargetsTable(MethodScores model, string firstColumn)
    {
        Table table = NewTable(firstColumn);
        foreach (Metric metric in model.Targets[0].Metrics)
            table.AddColumn(new TableColumn(Title(metric.Name)).RightAligned());
        foreach (TargetScores target in model.Targets)
            table.AddRow(
                [
                    new Text(target.Column),
                    .. target.Metrics.Select(m => new Text(m.Name == "support" ? Units.Count(m.Value) : Units.Short(m.Value))),
                ]);
        return table;
    }

    private static Style Strong => new(decoration: Decoration.Bold);

    private static Table NewTable(string firstColumn)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn(new Text(firstColumn)));
        return table;
    }
}
