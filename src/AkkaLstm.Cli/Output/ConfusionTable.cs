using AkkaLstm.Cli.Hosting;
using AkkaLstm.Data.Classification;
using Spectre.Console;

namespace AkkaLstm.Cli.Output;

/// <summary>
/// Which class was taken for which: the whole matrix where it fits on a screen, else the most frequent mix-ups.
/// </summary>
internal static class ConfusionTable
{
    private const int MostColumns = 10;
    private const int MostMixUps = 10;

    /// <summary>Prints the matrix.</summary>
    public static void Write(CliConsole console, ConfusionMatrix confusion)
    {
        IAnsiConsole ansi = SpectreConsoles.ForOut(console);
        ansi.Write(confusion.Labels.Count <= MostColumns ? Matrix(confusion) : MixUps(confusion));
    }

    private static Table Matrix(ConfusionMatrix confusion)
    {
        Table table = New("actual \\ predicted");
        foreach (string label in confusion.Labels)
            table.AddColumn(new TableColumn(new Text(label)).RightAligned());
        for (int actual = 0; actual < confusion.Labels.Count; actual++)
        {
            table.AddRow(
            [
                new Text(confusion.Labels[actual]),
                .. confusion.Counts[actual].Select((count, predicted) => new Text(
                    Units.Count(count), predicted == actual ? new Style(decoration: Decoration.Bold) : Style.Plain)),
            ]);
        }

        return table;
    }

    private static Table MixUps(ConfusionMatrix confusion)
    {
        Table table = New("actual");
        table.AddColumn(new TableColumn("taken for"));
        table.AddColumn(new TableColumn("sequences").RightAligned());
        var mixUps =
            from actual in Enumerable.Range(0, confusion.Labels.Count)
            from predicted in Enumerable.Range(0, confusion.Labels.Count)
            where actual != predicted && confusion.Counts[actual][predicted] > 0
            orderby confusion.Counts[actual][predicted] descending
            select (actual, predicted);
        foreach ((int actual, int predicted) in mixUps.Take(MostMixUps))
        {
            table.AddRow(
                new Text(confusion.Labels[actual]),
                new Text(confusion.Labels[predicted]),
                new Text(Units.Count(confusion.Counts[actual][predicted])));
        }

        return table;
    }

    private static Table New(string firstColumn)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn(new Text(firstColumn)));
        return table;
    }
}
