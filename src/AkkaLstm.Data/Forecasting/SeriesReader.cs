using System.Globalization;
using AkkaLstm.Numerics;
using CsvHelper;

namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// Reads a CSV file: UTF-8, one header line, comma or semicolon (whichever the header has more of), numbers
/// with a decimal point. Blank lines are skipped; everything else that does not fit is an error with its
/// line.
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
        using CsvReader reader = CsvReader.FromText(text, Options(text));
        string[] headers = ReadHeaders(path, reader);
        long headerLine = reader.LineNumber;
        if (!ReadRow(path, reader, headers.Length))
            throw new BadInputException($"{path}:{headerLine}: no rows follow the header; give a file with data.");
        string[] firstRow = [.. Enumerable.Range(0, headers.Length).Select(reader.GetString)];

        (IReadOnlyList<string> inputs, IReadOnlyList<string> targets, string? date) =
            choice.Resolve(path, headers, firstRow);
        string[] names = [.. inputs.Union(targets, StringComparer.Ordinal)];
        int[] fields = Array.ConvertAll(names, name => Array.IndexOf(headers, name));
        int dateField = date is null ? -1 : Array.IndexOf(headers, date);
        List<double>[] values = Array.ConvertAll(names, _ => new List<double>());
        var dates = new List<string>();
        do
        {
            for (int i = 0; i < names.Length; i++)
                values[i].Add(ParseNumber(path, reader.LineNumber, names[i], reader.GetString(fields[i])));
            if (dateField >= 0)
                dates.Add(reader.GetString(dateField));
        }
        while (ReadRow(path, reader, headers.Length));

        var columns = names.Zip(values).ToDictionary(
            column => column.First, column => column.Second.ToArray(), StringComparer.Ordinal);
        return new SeriesTable(path, inputs, targets, columns, date, date is null ? null : dates);
    }

    private static CsvReaderOptions Options(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        ReadOnlySpan<char> firstLine = text.AsSpan(0, end < 0 ? text.Length : end);
        return new CsvReaderOptions
        {
            Separator = firstLine.Count(';') > firstLine.Count(',') ? ';' : ',',
            HasHeader = false,
            TrimWhitespace = true,
            SkipEmptyLines = true,
            TrackLineNumbers = true,

            // One stray quotation mark would otherwise swallow the rest of the file.
            AllowLineBreaksInQuotes = false,
            MalformedData = CsvMalformedDataHandling.Throw,
        };
    }

    private static bool Next(string path, CsvReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException e)
        {
            throw new BadInputException(
                $"{path}:{e.LineNumber}: a quotation mark stands where none may be; "
                + "quote the whole field or remove it.", e);
        }
    }

    private static string[] ReadHeaders(string path, CsvReader reader)
    {
        if (!Next(path, reader))
            throw new BadInputException($"{path}: the file is empty; the first line must name the columns.");
        string[] headers = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];
        string place = $"{path}:{reader.LineNumber}";
        if (Array.TrueForAll(headers, header => TryParse(header, out _)))
        {
            throw new BadInputException(
                $"{place}: the first line has only numbers; add a header line that names the columns.");
        }

        for (int i = 0; i < headers.Length; i++)
        {
            if (headers[i].Length == 0)
            {
                throw new BadInputException(
                    $"{place}: column {i + 1} has no name; give it one in the header line.");
            }

            if (Array.IndexOf(headers, headers[i]) < i)
                throw new BadInputException($"{place}: two columns are named '{headers[i]}'; rename one of them.");
        }

        return headers;
    }

    private static bool ReadRow(string path, CsvReader reader, int headerCount)
    {
        if (!Next(path, reader))
            return false;
        if (reader.FieldCount != headerCount)
        {
            throw new BadInputException(
                $"{path}:{reader.LineNumber}: {reader.FieldCount} fields where the header names {headerCount}; "
                + "correct the row (a decimal comma or an unquoted separator splits a field).");
        }

        return true;
    }

    private static double ParseNumber(string path, long line, string column, string cell)
    {
        if (cell.Length == 0)
        {
            throw new BadInputException(
                $"{path}:{line}: column '{column}' is empty; fill the gap or remove the row.");
        }

        if (!TryParse(cell, out double value))
        {
            string remedy = DateSequence.IsDate(cell) ? "name it with --date-column, or leave it out with --inputs"
                : cell.Contains(',', StringComparison.Ordinal) ? "write numbers with a decimal point"
                : "correct the cell, or leave the column out with --inputs";
            throw new BadInputException(
                $"{path}:{line}: column '{column}' has '{Shorten(cell)}', which is not a number; {remedy}.");
        }

        return double.IsFinite(value) ? value : throw new BadInputException(
            $"{path}:{line}: column '{column}' has '{Shorten(cell)}', which is not finite; "
            + "fill the gap or remove the row.");
    }

    private static bool TryParse(string cell, out double value) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static string Shorten(string cell) =>
        (cell.Length <= 40 ? cell : string.Concat(cell.AsSpan(0, 40), "...")).ReplaceLineEndings(" ");
}
