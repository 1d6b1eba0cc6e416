using System.Globalization;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Data;
using Spectre.Console;

namespace AkkaLstm.Cli.Output;

/// <summary>Whether the quantiles of a forecast held: the share of values below each, and inside the intervals.</summary>
internal static class QuantileTable
{
    /// <summary>Prints the table, and a sentence for each interval.</summary>
    public static void Write(CliConsole console, IReadOnlyList<QuantileScores> quantiles)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("quantile");
        table.AddColumn(new TableColumn("values at or below").RightAligned());
        table.AddColumn(new TableColumn("quantile loss").RightAligned());
        foreach (QuantileScores scores in quantiles)
        {
            table.AddRow(
                new Text(scores.Quantile.ToString(CultureInfo.InvariantCulture)),
                new Text(Percent(scores.Share)),
                new Text(Units.Short(scores.Loss)));
        }

        SpectreConsoles.ForOut(console).Write(table);
        foreach (string line in Coverage(quantiles))
            console.Out.WriteLine(line);
    }

    /// <summary>A sentence for each interval, from the widest.</summary>
    internal static IEnumerable<string> Coverage(IReadOnlyList<QuantileScores> quantiles)
    {
        for (int low = 0, high = quantiles.Count - 1; low < high; low++, high--)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Between quantiles {quantiles[low].Quantile} and {quantiles[high].Quantile} lie {Percent(quantiles[high].Share - quantiles[low].Share)} of the values; it should be {Percent(quantiles[high].Quantile - quantiles[low].Quantile)}.");
        }
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");
}
