using System.CommandLine;
using System.Globalization;
using System.Text;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Training.Inference;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>forecast MODEL</c>: the rows after the end of the data, as CSV and as a chart.</summary>
internal static class ForecastCommand
{
    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand(
            "forecast", "Forecast the rows after the end of the data, as CSV and as a chart.")
        {
            Details = "Up to the horizon the model was trained for, all rows are predicted at once; beyond "
                + "it, forecast rows are taken as known and the model goes on from them.",
            Examples =
            [
                new(
                    "forecast runs/forecast-sunspots-1 --horizon 24 --plot forecast.svg",
                    "two years of sunspots, with a chart"),
                new(
                    "forecast runs/sales --data sales-until-today.csv --out next.csv",
                    "the rows after the end of a newer file"),
            ],
        };
        Argument<string> model = ModelArgument.Create();
        CliOption<string?> data = ModelArgument.DataOption();
        CliOption<int?> horizon =
            Values.Int(
                "--horizon", OptionGroup.Command,
                "rows ahead (default: what the model was trained for; more than that not with quantiles, nor where an input is "
                    + "neither a target nor known)");
        CliOption<string?> plot = Values.Text(
            "--plot", OptionGroup.Command, "also draw a chart into this SVG file", "FILE.svg");
        CliOption<string?> output = Values.Text(
            "--out", OptionGroup.Command, "write the CSV to a file instead of stdout", "FILE");
        CliOption<string?> future = Values.Text(
            "--future", OptionGroup.Command, "coming values of the columns that --known named in training", "FILE.csv");
        command.Arguments.Add(model);
        foreach (Option option in (Option[])[data, horizon, future, plot, output])
            command.Options.Add(option);
        return new CliEntry(command, context =>
        {
            ParseResult parsed = context.Parsed;
            ModelFile file = ModelArgument.Open(context, parsed.GetValue(model)!);
            ForecastResult result = Forecaster.Forecast(
                file, parsed.GetValue(data), parsed.GetValue(horizon), parsed.GetValue(future));
            if (parsed.GetValue(plot) is { } plotPath)
            {
                OutputFile.WriteText("--plot", plotPath, Chart(file, result));
                context.Remark($"chart: {plotPath}");
            }

            if (parsed.GetValue(output) is { } csvPath)
            {
                OutputFile.WriteText("--out", csvPath, Csv(result));
                context.Remark($"forecast: {csvPath}");
            }

            if (context.IsJson)
                context.WriteJson(ToJson(file, result));
            else if (parsed.GetValue(output) is null)
                context.Console.Out.Write(Csv(result));
            return Task.FromResult(ExitCode.Done);
        });
    }

    /// <summary>
    /// The forecast as CSV: step, date where there are dates, one column for each target, followed by those of its quantiles
    /// but the median, which is the forecast itself.
    /// </summary>
    internal static string Csv(ForecastResult result)
    {
        bool hasDates = result.Rows.All(row => row.Date is not null);
        var csv = new StringBuilder("step");
        if (hasDates)
            csv.Append(',').Append(CsvField.Of(result.DateColumn ?? "date"));
        int[] others = [.. Enumerable.Range(0, result.Quantiles.Count).Where(q => result.Quantiles[q] != 0.5)];
        foreach (string target in result.Targets)
        {
            csv.Append(',').Append(CsvField.Of(target));
            foreach (int q in others)
                csv.Append(',').Append(CsvField.Of(string.Create(CultureInfo.InvariantCulture, $"{target}_q{result.Quantiles[q]}")));
        }

        csv.Append('\n');
        foreach (ForecastRow row in result.Rows)
        {
            csv.Append(row.Step);
            if (hasDates)
                csv.Append(',').Append(CsvField.Of(row.Date!));
            for (int j = 0; j < row.Values.Count; j++)
            {
                csv.Append(',').Append(ColumnNumber.Of(row.Values[j], result.Deviations[j]));
                foreach (int q in others)
                    csv.Append(',').Append(ColumnNumber.Of(row.Quantiles[j][q], result.Deviations[j]));
            }

            csv.Append('\n');
        }

        return csv.ToString();
    }

    private static object ToJson(ModelFile file, ForecastResult result) => new
    {
        Model = file.Source,
        result.DateColumn,
        result.Targets,
        Quantiles = result.Quantiles.Count == 0 ? null : result.Quantiles,
        Rows = result.Rows.Select(
            row => new { row.Step, row.Date, row.Values, Quantiles = row.Quantiles.Count == 0 ? null : row.Quantiles }),
    };

    /// <summary>The intervals between the first and the last quantile, the second and the last but one, and so on.</summary>
    private static List<ForecastBand> BandsOf(ForecastResult result, int target)
    {
        List<ForecastBand> bands = [];
        for (int low = 0, high = result.Quantiles.Count - 1; low < high; low++, high--)
        {
            int first = low;
            int last = high;
            bands.Add(new ForecastBand(
                string.Create(CultureInfo.InvariantCulture, $"{result.Quantiles[low]} to {result.Quantiles[high]}"),
                [.. result.Rows.Select(row => row.Quantiles[target][first])],
                [.. result.Rows.Select(row => row.Quantiles[target][last])]));
        }

        return bands;
    }

    private static string Chart(ModelFile file, ForecastResult result)
    {
        // Enough of the past to see where the forecast comes from, not so much that it is pressed into a
        // corner.
        const int historyPerForecastRow = 6;
        const int leastHistory = 60;
        int known = result.History[0].Length;
        int shown = Math.Min(known, Math.Max(leastHistory, historyPerForecastRow * result.Rows.Count));
        bool hasDates = result.HistoryDates.Count == known && result.Rows.All(row => row.Date is not null);
        List<string> positions = [];
        for (int i = known - shown; i < known; i++)
            positions.Add(
                hasDates ? result.HistoryDates[i] : (i - known + 1).ToString(CultureInfo.InvariantCulture));
        positions.AddRange(
            result.Rows.Select(row => hasDates ? row.Date! : row.Step.ToString(CultureInfo.InvariantCulture)));
        List<ForecastPanel> panels = [];
        for (int j = 0; j < result.Targets.Count; j++)
            panels.Add(
                new ForecastPanel(
                    result.Targets[j], result.History[j][^shown..],
                    [.. result.Rows.Select(row => row.Values[j])])
                {
                    Bands = BandsOf(result, j),
                });

        string what = result.Targets.Count == 1 ? result.Targets[0] : $"{result.Targets.Count} columns";
        string rows = result.Rows.Count == 1 ? "1 row" : $"{result.Rows.Count} rows";
        string data = Path.GetFileName(file.Card.Plan.Data);
        return ForecastChart.Draw(
            $"{what}: forecast of {rows} ({data})",
            hasDates ? result.DateColumn! : "rows from the last known one", positions, panels);
    }
}
