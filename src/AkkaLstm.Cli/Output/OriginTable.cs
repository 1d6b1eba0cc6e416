using AkkaLstm.Cli.Hosting;
using AkkaLstm.Data;
using Spectre.Console;

namespace AkkaLstm.Cli.Output;

/// <summary>A back-test by rolling origin: the RMSE of each method from each origin.</summary>
internal static class OriginTable
{
    private const string Metric = "rmse";

    /// <summary>Prints the table, and in a sentence how often the model was ahead.</summary>
    public static void Write(CliConsole console, IReadOnlyList<OriginScores> origins)
    {
        string[] methods = [.. origins[0].Methods.Select(method => method.Method)];
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("RMSE from origin");
        foreach (MethodScores method in origins[0].Methods)
            table.AddColumn(new TableColumn(method.Method == EvaluationReport.ModelName ? "this model" : EvaluationTable.ShortName(method)).RightAligned());
        foreach (OriginScores origin in origins)
        {
            double best = origin.Methods.Min(method => method[Metric])!.Value;
            table.AddRow([
                new Text(origin.Origin),
                .. origin.Methods.Select(method => Cell(method[Metric]!.Value, method[Metric] == best)),
            ]);
        }

        double[] means = [.. methods.Select((_, m) => origins.Average(origin => origin.Methods[m][Metric]!.Value))];
        table.AddEmptyRow();
        table.AddRow([new Text("mean"), .. means.Select(mean => Cell(mean, mean == means.Min()))]);
        SpectreConsoles.ForOut(console).Write(table);
        console.Out.WriteLine(Verdict(origins));
    }

    /// <summary>How often the model was ahead of all baselines.</summary>
    internal static string Verdict(IReadOnlyList<OriginScores> origins)
    {
        int ahead = origins.Count(origin => origin.Methods.Skip(1).All(method => origin.Methods[0][Metric] < method[Metric]));
        return $"The model is ahead of all baselines from {ahead} of {Units.Counted(origins.Count, "origin")}.";
    }

    private static Text Cell(double value, bool isBest) => new(
        Units.Short(value), isBest ? new Style(decoration: Decoration.Bold) : Style.Plain);
}
