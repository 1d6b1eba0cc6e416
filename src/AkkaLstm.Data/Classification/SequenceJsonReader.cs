using System.Text.Json;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Classification;

/// <summary>
/// Reads JSON Lines, one object a sequence: <c>{"label": "walk", "sequence": [[0.1, 2], [0.3, 4]]}</c> (a list of numbers is a sequence
/// of one feature) or <c>{"label": "spam", "text": "..."}</c>. A field <c>id</c> names it in results; other fields are ignored.
/// </summary>
internal static class SequenceJsonReader
{
    private const string Example = """{"label": "walk", "sequence": [[0.1, 2], [0.3, 4]]} or {"label": "spam", "text": "..."}""";

    /// <summary>Reads a text.</summary>
    internal static SequenceTable Parse(string path, string text, SequenceColumns columns)
    {
        var sequences = new List<SequenceRecord>();
        int featureCount = -1; // 0 for texts
        int line = 0;

        // JSON Lines ends a line with a line feed, perhaps after a carriage return. What else Unicode takes for a line's end
        // (U+0085, U+2028, U+2029) may stand in a JSON text as it is.
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> row = text.AsSpan(range).TrimEnd('\r');
            line++;
            if (row.IsWhiteSpace())
                continue;
            string place = $"{path}:{line}";
            (SequenceRecord sequence, int features) = ReadLine(place, row.ToString(), columns, line);
            if (featureCount >= 0 && features != featureCount)
            {
                throw new BadInputException(
                    $"{place}: has {Describe(features)} where the lines before have {Describe(featureCount)}; give all the same.");
            }

            featureCount = features;
            sequences.Add(sequence);
        }

        return new SequenceTable(
            featureCount == 0 ? null : [.. Enumerable.Range(1, featureCount).Select(i => $"feature {i}")], sequences);
    }

    private static string Describe(int features) => features == 0 ? "a text" : $"{features} numbers a step";

    private static (SequenceRecord Sequence, int Features) ReadLine(
        string place, string row, SequenceColumns columns, int line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(row);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new BadInputException($"{place}: is not an object; write one a line, like {Example}.");
            string id = Scalar(root, "id", place) ?? $"{line}";
            string? label = Scalar(root, columns.LabelName, place);
            if (label is null && columns.NeedsLabels)
            {
                throw new BadInputException(
                    $"{place}: has no field \"{columns.LabelName}\"; write one, or name the field of the label with --label-column.");
            }

            bool hasText = root.TryGetProperty("text", out JsonElement text);
            bool hasValues = root.TryGetProperty("sequence", out JsonElement values);
            if (hasText == hasValues)
            {
                throw new BadInputException(
                    $"{place}: must have one of the fields \"sequence\" and \"text\"; write it like {Example}.");
            }

            if (hasValues)
            {
                double[] numbers = Values(values, place, out int features);
                return (new SequenceRecord(id, label, place, numbers, null), features);
            }

            return text.ValueKind == JsonValueKind.String
                ? (new SequenceRecord(id, label, place, [], text.GetString()), 0)
                : throw new BadInputException($"{place}: the field \"text\" is not a text; put it in quotation marks.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape that is half a surrogate pair.
            throw new BadInputException($"{place}: is not JSON; write one object a line, like {Example}.", e);
        }
    }

    private static string? Scalar(JsonElement root, string name, string place)
    {
        if (!root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return null;
        string? text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };
        return string.IsNullOrEmpty(text)
            ? throw new BadInputException($"{place}: the field \"{name}\" is not a text or a number; write one.")
            : text;
    }

    private static double[] Values(JsonElement sequence, string place, out int features)
    {
        if (sequence.ValueKind != JsonValueKind.Array || sequence.GetArrayLength() == 0)
            throw new BadInputException($"{place}: the field \"sequence\" is not a list with at least one step; write it like {Example}.");
        features = -1;
        var values = new List<double>();
        int step = 0;
        foreach (JsonElement row in sequence.EnumerateArray())
        {
            step++;
            bool isList = row.ValueKind == JsonValueKind.Array;
            int width = isList ? row.GetArrayLength() : 1;
            if (width == 0 || (features >= 0 && width != features))
            {
                throw new BadInputException(
                    $"{place}: step {step} has {width} numbers where {Math.Max(features, 1)} are due; give every step the same features.");
            }

            features = width;
            if (!isList)
                values.Add(Number(row, place, step));
            else
                values.AddRange(row.EnumerateArray().Select(cell => Number(cell, place, step)));
        }

        return [.. values];
    }

    private static double Number(JsonElement cell, string place, int step) =>
        cell.ValueKind == JsonValueKind.Number && cell.TryGetDouble(out double value) && double.IsFinite(value)
            ? value
            : throw new BadInputException(
                $"{place}: step {step} has {CsvText.Shorten(cell.GetRawText())}, which is not a finite number; fill the gap or remove the step.");
}
