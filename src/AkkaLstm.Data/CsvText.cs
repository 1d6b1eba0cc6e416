using System.Globalization;
using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics;
using CsvHelper;

namespace AkkaLstm.Data;

/// <summary>
/// What all CSV files have in common: one header line, comma or semicolon (whichever the header has more of), numbers with a
/// decimal point. Blank lines are skipped; everything else that does not fit is an error with its line.
/// </summary>
internal static class CsvText
{
    /// <summary>Opens a text.</summary>
    internal static CsvReader Open(string text) => CsvReader.FromText(text, Options(text));

    private static CsvReaderOptions Options(string text)
    {
        // The reader skips blank lines, and so must this.
        ReadOnlySpan<char> header = text.AsSpan().TrimStart();
        int end = header.IndexOfAny('\r', '\n');
        header = end < 0 ? header : header[..end];
        return new CsvReaderOptions
        {
            Separator = header.Count(';') > header.Count(',') ? ';' : ',',
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

    /// <summary>Reads the header line: distinct, non-empty names.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    internal static string[] ReadHeaders(string path, CsvReader reader)
    {
        if (!Next(path, reader))
            throw new BadInputException($"{path}: the file is empty; the first line must name the columns.");
        string[] headers = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];
        string place = $"{path}:{reader.LineNumber}";
        if (Array.TrueForAll(headers, header => TryParse(header, out _) || DateSequence.IsDate(header)))
        {
            throw new BadInputException(
                $"{place}: the first line has only numbers and dates; add a header line that names the columns.");
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

    /// <summary>Reads the next row; false at the end.</summary>
    /// <exception cref="BadInputException">It has another number of fields than the header.</exception>
    internal static bool ReadRow(string path, CsvReader reader, int headerCount)
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

    /// <summary>A cell as a finite number.</summary>
    /// <param name="path">File, for messages.</param>
    /// <param name="line">Line, for messages.</param>
    /// <param name="column">Header of the column, for messages.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="dateOption">
    /// Option that would name the column if it holds dates; null where a trained model has chosen the columns.
    /// </param>
    /// <exception cref="BadInputException">It is not one.</exception>
    internal static double ParseNumber(string path, long line, string column, string cell, string? dateOption)
    {
        if (cell.Length == 0)
        {
            throw new BadInputException(
                $"{path}:{line}: column '{column}' is empty; fill the gap or remove the row.");
        }

        if (!TryParse(cell, out double value))
        {
            string remedy = dateOption is null ? "the model reads it: correct the cell"
                : DateSequence.IsDate(cell) ? $"name it with {dateOption}, or leave it out with --inputs"
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

    /// <summary>The beginning of a text on one line, for messages.</summary>
    internal static string Shorten(string cell) =>
        (cell.Length <= 40 ? cell : string.Concat(cell.AsSpan(0, 40), "...")).ReplaceLineEndings(" ");
}
