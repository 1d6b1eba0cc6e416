using AkkaLstm.Numerics;
using CsvHelper;

namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// Reads a CSV file: UTF-8, one header line, comma or semicolon (whichever the header has more of), numbers
/// with a decimal point, rows oldest first. Blank lines are skipped; everything else that does not fit is an error
/// with its line.
/// </summary>
internal static class SeriesReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">Option that named it.</param>
    /// <param name="choice">Columns to read.</param>
    /// <param name="bytes">Its bytes, for hashing.</param>
    /// <exception cref="BadInputException">Anything in the file that cannot be used.</exception>
    internal static SeriesTable Read(string path, string option, ColumnChoice choice, out byte[] bytes) =>
        Parse(path, Utf8File.Read(path, option, out bytes), choice);

    /// <summary>Reads a text.</summary>
    /// <param name="path">Where it comes from, for messages.</param>
    /// <param name="text">The text.</param>
    /// <param name="choice">Columns to read.</param>
    internal static SeriesTable Parse(string path, string text, ColumnChoice choice)
    {
        using CsvReader reader = CsvText.Open(text);
        string[] headers = CsvText.ReadHeaders(path, reader);
        long headerLine = reader.LineNumber;
        if (!CsvText.ReadRow(path, reader, headers.Length))
            throw new BadInputException($"{path}:{headerLine}: no rows follow the header; give a file with data.");
        string[] firstRow = [.. Enumerable.Range(0, headers.Length).Select(reader.GetString)];

        (IReadOnlyList<string> inputs, IReadOnlyList<string> targets, string? date) =
            choice.Resolve(path, headers, firstRow);
        string[] names = [.. inputs.Union(targets, StringComparer.Ordinal)];
        int[] fields = Array.ConvertAll(names, name => Array.IndexOf(headers, name));
        int dateField = date is null ? -1 : Array.IndexOf(headers, date);
        List<double>[] values = Array.ConvertAll(names, _ => new List<double>());
        var dates = new List<string>();
        DateOrder? order = date is null ? null : new DateOrder(path, date);
        var lines = new List<long>();
        do
        {
            lines.Add(reader.LineNumber);
            for (int i = 0; i < names.Length; i++)
                values[i].Add(Number(path, reader.LineNumber, names[i], reader.GetString(fields[i]), choice));
            if (order is not null)
            {
                dates.Add(reader.GetString(dateField));
                order.Add(reader.LineNumber, dates[^1]);
            }
        }
        while (CsvText.ReadRow(path, reader, headers.Length));

        var columns = names.Zip(values).ToDictionary(
            column => column.First, column => column.Second.ToArray(), StringComparer.Ordinal);
        return new SeriesTable(path, inputs, targets, columns, lines, date, date is null ? null : dates);
    }

    private static double Number(string path, long line, string column, string cell, ColumnChoice choice) =>
        CsvText.ParseNumber(path, line, column, cell, choice.IsOfModel ? null : "--date-column");
}
