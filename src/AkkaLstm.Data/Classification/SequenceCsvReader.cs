using System.Globalization;
using AkkaLstm.Numerics;
using CsvHelper;

namespace AkkaLstm.Data.Classification;

/// <summary>
/// Reads sequences in long format: a row is one time step of one sequence, which a column names; another has the label, the same in
/// all rows of a sequence. Rows of several sequences may be mixed.
/// </summary>
internal static class SequenceCsvReader
{
    private const string DefaultSequence = "sequence";

    /// <summary>Reads a text.</summary>
    internal static SequenceTable Parse(string path, string text, SequenceColumns columns)
    {
        using CsvReader reader = CsvText.Open(text);
        string[] headers = CsvText.ReadHeaders(path, reader);
        int sequence = Find(path, headers, columns.Sequence ?? DefaultSequence, "--sequence-column", "tells the sequences apart");
        int label = columns.NeedsLabels
            ? Find(path, headers, columns.LabelName, "--label-column", "has the labels")
            : Array.IndexOf(headers, columns.LabelName);
        int order = columns.Order is null ? -1 : Find(path, headers, columns.Order, "--order-column", "orders the rows");
        string[] features = [.. columns.Features ?? headers.Where((_, i) => i != sequence && i != label && i != order)];
        int[] fields = Array.ConvertAll(features, name => Feature(path, headers, name, columns));
        if (fields.Length == 0)
            throw new BadInputException($"{path}:1: no columns are left to be inputs; give at least one with numbers.");

        var rows = new Dictionary<string, Rows>(StringComparer.Ordinal);
        while (CsvText.ReadRow(path, reader, headers.Length))
        {
            long line = reader.LineNumber;
            string id = Cell(path, line, headers, sequence, reader);
            string? rowLabel = label < 0 ? null
                : columns.NeedsLabels ? Cell(path, line, headers, label, reader)
                : reader.GetString(label) is { Length: > 0 } given ? given : null;
            if (!rows.TryGetValue(id, out Rows? of))
                rows.Add(id, of = new Rows(id, rowLabel, line));
            if (rowLabel != of.Label)
            {
                throw new BadInputException(
                    $"{path}:{line}: sequence '{CsvText.Shorten(id)}' has the label '{CsvText.Shorten(rowLabel ?? "")}' here and "
                    + $"'{CsvText.Shorten(of.Label ?? "")}' in line {of.Line}; give all its rows the same.");
            }

            of.Add(
                line,
                order < 0 ? null : Cell(path, line, headers, order, reader),
                Array.ConvertAll(fields, field => CsvText.ParseNumber(
                    path, line, headers[field], reader.GetString(field), columns.IsOfModel ? null : "--order-column")));
        }

        if (rows.Count == 0)
            throw new BadInputException($"{path}:1: no rows follow the header; give a file with data.");
        bool byNumber = rows.Values.All(of => of.HasNumericOrder);
        return new SequenceTable(features, [.. rows.Values.Select(of => of.ToRecord(path, columns.Order, byNumber))]);
    }

    private static int Feature(string path, string[] headers, string name, SequenceColumns columns) =>
        columns.IsOfModel && !headers.Contains(name, StringComparer.Ordinal)
            ? throw new BadInputException(
                $"{path}:1: the model reads a column '{name}', which is missing; there are: {string.Join(", ", headers)}.")
            : Find(path, headers, name, "--inputs", "is an input");

    private static int Find(string path, string[] headers, string name, string option, string purpose)
    {
        int index = Array.IndexOf(headers, name);
        return index >= 0 ? index : throw new BadInputException(
            $"{path}:1: there is no column '{name}'; name the one that {purpose} with {option}; "
            + $"there are: {string.Join(", ", headers)}.");
    }

    private static string Cell(string path, long line, string[] headers, int field, CsvReader reader) =>
        reader.GetString(field) is { Length: > 0 } cell ? cell : throw new BadInputException(
            $"{path}:{line}: column '{headers[field]}' is empty; fill the gap or remove the row.");

    /// <summary>The rows of one sequence while the file is read.</summary>
    private sealed class Rows(string id, string? label, long line)
    {
        private readonly List<(long Line, string? Order, double[] Values)> _rows = [];

        public string? Label => label;

        public long Line => line;

        public bool HasNumericOrder => _rows.TrueForAll(row => row.Order is null || double.IsFinite(Number(row.Order)));

        public void Add(long rowLine, string? order, double[] values) => _rows.Add((rowLine, order, values));

        public SequenceRecord ToRecord(string path, string? orderColumn, bool byNumber)
        {
            if (orderColumn is not null)
            {
                _rows.Sort((a, b) => Compare(a.Order!, b.Order!, byNumber));
                for (int i = 1; i < _rows.Count; i++)
                {
                    if (Compare(_rows[i - 1].Order!, _rows[i].Order!, byNumber) == 0)
                    {
                        throw new BadInputException(
                            $"{path}:{Math.Max(_rows[i - 1].Line, _rows[i].Line)}: sequence '{CsvText.Shorten(id)}' has two rows with "
                            + $"{orderColumn} '{CsvText.Shorten(_rows[i].Order!)}'; correct one, or name another --order-column.");
                    }
                }
            }

            return new SequenceRecord(id, label, $"{path}:{line}", [.. _rows.SelectMany(row => row.Values)], null);
        }

        // Dates as ISO 8601 writes them have the order of their texts.
        private static int Compare(string a, string b, bool byNumber) =>
            byNumber ? Number(a).CompareTo(Number(b)) : string.CompareOrdinal(a, b);

        private static double Number(string cell) =>
            double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;
    }
}
