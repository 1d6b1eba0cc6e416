using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Forecasting;

/// <summary>Values after the end of a series of those columns whose future is known.</summary>
/// <param name="RowCount">Rows.</param>
/// <param name="Columns">Values by column.</param>
internal sealed record FutureRows(int RowCount, IReadOnlyDictionary<string, double[]> Columns)
{
    /// <summary>The coming values of a column; null where they are not known.</summary>
    internal double[]? Of(string column) => Columns.TryGetValue(column, out double[]? values) ? values : null;

    /// <summary>Reads what a forecast needs.</summary>
    /// <param name="path">CSV file; null for none.</param>
    /// <param name="table">The rows before.</param>
    /// <param name="layout">Which columns are known.</param>
    /// <param name="rowCount">Rows that are needed.</param>
    /// <exception cref="BadInputException">
    /// No file where one is needed or the other way round, too few rows, or values out of reach, or dates that do not go on from the table's.
    /// </exception>
    internal static FutureRows Read(string? path, SeriesTable table, ForecastLayout layout, int rowCount)
    {
        string[] known = [.. layout.Known.Select(i => layout.Normalizer.Inputs[i].Column)];
        if (known.Length == 0)
        {
            return path is null ? new FutureRows(rowCount, new Dictionary<string, double[]>(StringComparer.Ordinal))
                : throw new BadInputException(
                    "--future: the model was trained without --known and reads no coming values; leave it out.");
        }

        if (path is null)
        {
            throw new BadInputException(
                $"--future: the model reads the coming {string.Join(", ", known)}; give a CSV file with {rowCount} rows of it.");
        }

        bool hasDates = table.DateColumn is not null && HasColumn(path, table.DateColumn);
        SeriesTable future = SeriesReader.Read(
            path, "--future", new ColumnChoice(known, known, hasDates ? table.DateColumn : null) { IsOfModel = true }, out _);
        if (future.RowCount < rowCount)
        {
            throw new BadInputException(
                $"{path}: has {future.RowCount} rows, but the forecast needs {rowCount}: the model reads "
                + $"{layout.Horizon} coming rows at once; give at least that many.");
        }

        layout.Normalizer.RequireWithinReach(future);
        RequireDates(table, future, rowCount);
        return new FutureRows(
            rowCount,
            future.Columns.ToDictionary(
                column => column.Key, column => column.Value[..rowCount], StringComparer.Ordinal));
    }

    private static bool HasColumn(string path, string name)
    {
        using CsvHelper.CsvReader reader = CsvText.Open(Utf8File.Read(path, "--future", out _));
        return CsvText.ReadHeaders(path, reader).Contains(name, StringComparer.Ordinal);
    }

    private static void RequireDates(SeriesTable table, SeriesTable future, int rowCount)
    {
        if (table.Dates is null || future.Dates is null || DateSequence.Continue(table.Dates, rowCount) is not { } expected)
            return;
        for (int i = 0; i < rowCount; i++)
        {
            if (future.Dates[i] != expected[i])
            {
                throw new BadInputException(
                    $"{future.PlaceOf(i)}: '{future.Dates[i]}' does not follow on the data, which goes on with '{expected[i]}'; "
                    + "give the rows right after the data's last one.");
            }
        }
    }
}
