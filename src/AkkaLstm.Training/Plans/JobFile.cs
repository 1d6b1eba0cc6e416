using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// Reads and writes plan options as JSON: a user's JOB.json, and the resolved <c>job.json</c> of a run
/// directory, which is a job file again (its key <c>resolved</c> holds hashes and is not an option).
/// </summary>
public static class JobFile
{
    /// <summary>Key of what only a run directory's job.json has.</summary>
    public const string ResolvedKey = "resolved";

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    };

    /// <summary>Reads a job file. Relative paths in it are relative to its directory.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">It is missing, not JSON, or has an unknown key or a bad value; the
    /// message names the place.</exception>
    public static PlanOptions Read(string path) =>
        Read(Load(path), path, Path.GetDirectoryName(Path.GetFullPath(path)));

    /// <summary>Options of a command line over those of the job file that it names.</summary>
    /// <param name="options">The command line's.</param>
    /// <param name="path">The job file; null for none.</param>
    /// <exception cref="BadInputException">As <see cref="Read(string)"/>; or it is data and no job file.</exception>
    public static PlanOptions ReadOver(PlanOptions options, string? path)
    {
        if (path is null) return options;
        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || !File.Exists(path)
            ? options.Over(Read(path))
            : throw new BadInputException(
                $"{path}: is not a job file (JOB.json); to train on this file write --data {path}");
    }

    /// <summary>Reads options from JSON.</summary>
    /// <param name="json">UTF-8 JSON object; comments, trailing commas and a byte order mark are allowed.</param>
    /// <param name="place">Name of the file, for messages.</param>
    /// <param name="baseDirectory">Directory relative paths are relative to; null leaves them as they
    /// are.</param>
    /// <exception cref="BadInputException">Not JSON, an unknown key, or a bad value.</exception>
    public static PlanOptions Read(ReadOnlyMemory<byte> json, string place, string? baseDirectory) =>
        Read(json, place, root => Read(root, place, baseDirectory));

    /// <summary>Reads options from a parsed JSON object; as the other overload.</summary>
    public static PlanOptions Read(JsonElement root, string file, string? baseDirectory)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new BadInputException(
                $"{file}: a job is one JSON object of options, like {{ \"data\": \"sales.csv\" }}");
        var options = new PlanOptions();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.NameEquals(ResolvedKey)) continue;
            PlanOption option = PlanOptionTable.Find(property.Name, file);
            if (property.Value.ValueKind == JsonValueKind.Null) continue;
            string place = $"{file}: {property.Name}";
            options = option.Kind == PlanValueKind.TextList
                ? option.SetItems(options, Items(option, property.Value, place))
                : option.Kind == PlanValueKind.NumberList
                ? option.Parse(options, Numbers(option, property.Value, place), place)
                : option.Parse(
                    options, Absolute(option, TextOf(option, property.Value, place), baseDirectory), place);
        }

        return options;
    }

    /// <summary>The options that are set, as a job file has them.</summary>
    public static JsonElement ToJson(PlanOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            Write(writer, options);
            writer.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <summary>Writes the options that are set as properties of the JSON object being written.</summary>
    internal static void Write(Utf8JsonWriter writer, PlanOptions options, Func<PlanOption, bool>? include = null)
    {
        foreach (PlanOption option in PlanOptionTable.All)
        {
            if (include is null || include(option)) option.Write(writer, options);
        }
    }

    /// <summary>The bytes of a job file.</summary>
    /// <exception cref="BadInputException">It is missing, or may not be read.</exception>
    internal static byte[] Load(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(
                $"{path}: the job file cannot be read ({e.Message}); give the path of a JSON file", e);
        }
    }

    /// <summary>Parses a job file and hands its root on.</summary>
    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, string, string?)"/>
    internal static T Read<T>(ReadOnlyMemory<byte> json, string place, Func<JsonElement, T> read)
    {
        if (json.Span.StartsWith(ByteOrderMark)) json = json[ByteOrderMark.Length..];
        if (!Utf8.IsValid(json.Span))
            throw new BadInputException(
                $"{place}: is not valid UTF-8; convert the file (for instance: iconv -f latin1 -t utf-8)");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Lenient);
            return read(document.RootElement);
        }
        catch (JsonException e)
        {
            long line = (e.LineNumber ?? 0) + 1;
            throw new BadInputException(
                $"{place}:{line}: this is not JSON ({FirstSentence(e.Message)}); write one object of options", e);
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair, as \ud800, is only found when the text is read.
            throw new BadInputException($"{place}: has a text that is not Unicode; write the characters themselves", e);
        }
    }

    private static string TextOf(PlanOption option, JsonElement value, string place)
    {
        bool isNumber = option.Kind is PlanValueKind.Integer or PlanValueKind.Number;
        return (value.ValueKind, isNumber) switch
        {
            (JsonValueKind.Number, true) => value.GetRawText(),
            (JsonValueKind.String, false) => value.GetString()!,
            _ => throw Mismatch(option, value, place),
        };
    }

    private static string[] Items(PlanOption option, JsonElement value, string place)
    {
        bool areTexts = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);
        return areTexts
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Mismatch(option, value, place);
    }

    /// <summary>An array of numbers as the command line would have it.</summary>
    private static string Numbers(PlanOption option, JsonElement value, string place)
    {
        bool areNumbers = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number);
        return areNumbers
            ? string.Join(',', value.EnumerateArray().Select(item => item.GetRawText()))
            : throw Mismatch(option, value, place);
    }

    private static string Absolute(PlanOption option, string text, string? baseDirectory) =>
        option.Kind == PlanValueKind.Path && baseDirectory is not null && !DataName.IsBuiltin(text)
            ? Path.GetFullPath(text, baseDirectory)
            : text;

    private static BadInputException Mismatch(PlanOption option, JsonElement value, string place) =>
        new($"{place}: {Shorten(value.GetRawText())} is not {Expected(option)}");

    private static string Expected(PlanOption option) => option.Kind switch
    {
        PlanValueKind.Integer => "a whole number (without quotes)",
        PlanValueKind.Number => "a number (without quotes)",
        PlanValueKind.TextList => "an array of texts in quotes",
        PlanValueKind.NumberList => "an array of numbers",
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
