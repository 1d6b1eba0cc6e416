using System.Text.Json;
using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// Reads and writes plan options as JSON: a user's JOB.json, and the resolved <c>job.json</c> of a run directory, which is a job file
/// again (its key <c>resolved</c> holds hashes and is not an option).
/// </summary>
public static class JobFile
{
    /// <summary>Key of what only a run directory's job.json has.</summary>
    public const string ResolvedKey = "resolved";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads a job file. Relative paths in it are relative to its directory.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">It is missing, not JSON, or has an unknown key or a bad value; the message names the place.</exception>
    public static PlanOptions Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: the job file cannot be read ({e.Message}); give the path of a JSON file", e);
        }

        return Read(content, path, Path.GetDirectoryName(Path.GetFullPath(path)));
    }

    /// <summary>Reads options from JSON.</summary>
    /// <param name="json">UTF-8 JSON object; comments and trailing commas are allowed.</param>
    /// <param name="place">Name of the file, for messages.</param>
    /// <param name="baseDirectory">Directory relative paths are relative to; null leaves them as they are.</param>
    /// <exception cref="BadInputException">Not JSON, an unknown key, or a bad value.</exception>
    public static PlanOptions Read(ReadOnlyMemory<byte> json, string place, string? baseDirectory)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Lenient);
            return Read(document.RootElement, place, baseDirectory);
        }
        catch (JsonException e)
        {
            long line = (e.LineNumber ?? 0) + 1;
            throw new BadInputException($"{place}:{line}: this is not JSON ({FirstSentence(e.Message)}); write one object of options", e);
        }
    }

    /// <summary>Reads options from a parsed JSON object; as the other overload.</summary>
    public static PlanOptions Read(JsonElement root, string place, string? baseDirectory)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new BadInputException($"{place}: a job is one JSON object of options, like {{ \"data\": \"sales.csv\" }}");
        var options = new PlanOptions();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.NameEquals(ResolvedKey)) continue;
            PlanOption option = PlanOptionTable.Find(property.Name, place);
            if (property.Value.ValueKind == JsonValueKind.Null) continue;
            string text = TextOf(option, property.Value, $"{place}: {property.Name}");
            if (option.Kind == PlanValueKind.Path && baseDirectory is not null && !DataName.IsBuiltin(text))
                text = Path.GetFullPath(text, baseDirectory);
            options = option.Parse(options, text, $"{place}: {property.Name}");
        }

        return options;
    }

    /// <summary>Writes the options that are set as properties of the JSON object being written.</summary>
    internal static void Write(Utf8JsonWriter writer, PlanOptions options, Func<PlanOption, bool>? include = null)
    {
        foreach (PlanOption option in PlanOptionTable.All)
        {
            if (include is null || include(option)) option.Write(writer, options);
        }
    }

    private static string TextOf(PlanOption option, JsonElement value, string place)
    {
        bool isNumber = option.Kind is PlanValueKind.Integer or PlanValueKind.Number;
        return (value.ValueKind, isNumber, option.Kind) switch
        {
            (JsonValueKind.Number, true, _) => value.GetRawText(),
            (JsonValueKind.String, false, _) => value.GetString()!,
            (JsonValueKind.Array, _, PlanValueKind.TextList) => string.Join(',', value.EnumerateArray().Select(item => Item(item, place))),
            _ => throw new BadInputException($"{place}: {Shorten(value.GetRawText())} is not {Expected(option)}"),
        };
    }

    private static string Item(JsonElement item, string place) => item.ValueKind == JsonValueKind.String
        ? item.GetString()!
        : throw new BadInputException($"{place}: {Shorten(item.GetRawText())} is not a text in quotes");

    private static string Expected(PlanOption option) => option.Kind switch
    {
        PlanValueKind.Integer => "a whole number (without quotes)",
        PlanValueKind.Number => "a number (without quotes)",
        PlanValueKind.TextList => "an array of texts",
        PlanValueKind.Choice => $"one of {string.Join(", ", option.Choices.Select(choice => $"\"{choice}\""))}",
        _ => "a text in quotes",
    };

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..37] + "...";

    private static string FirstSentence(string message)
    {
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
