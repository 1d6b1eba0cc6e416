using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Remote;

/// <summary>
/// What a coordinator tells a node of the job, as JSON: enough to open the same plan on the same data without a shared
/// disk. Paths are not in it; files are named by their content, and the node decides where they lie.
/// </summary>
internal sealed record JobOffer
{
    /// <summary>Longest JSON; plans have a few hundred bytes, and lists of columns.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The file that only servers need, and only where there is no checkpoint.</summary>
    public const string InitFrom = "initFrom";

    private const string Data = "data";
    private const string Valid = "valid";
    private const string Test = "test";

    private const int CurrentVersion = 1;
    private const int MaxMessage = 300;
    private const int MaxRunId = 64;

    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(365);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Version of the format.</summary>
    public int FormatVersion { get; init; } = CurrentVersion;

    /// <summary>Identity of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>Hash of the plan.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Hash of the data's contents.</summary>
    public required string DataHash { get; init; }

    /// <summary>The plan's options, without files.</summary>
    public required JsonElement Plan { get; init; }

    /// <summary>Files by the option that names them.</summary>
    public required IReadOnlyDictionary<string, OfferedFile> Files { get; init; }

    /// <summary>Deadlines of the roles.</summary>
    public required ProtocolOptions Protocol { get; init; }

    /// <summary>The files that options name, by option.</summary>
    public static IEnumerable<(string Option, string Path)> FilesOf(PlanOptions options)
    {
        (string Option, string? Path)[] all =
        [
            (Data, DataName.IsBuiltin(options.Data!) ? null : options.Data),
            (Valid, options.Valid),
            (Test, options.Test),
            (InitFrom, options.InitFrom),
        ];
        return all.Where(file => file.Path is not null).Select(file => (file.Option, file.Path!));
    }

    /// <summary>The plan's options without files, as <see cref="Plan"/> has them.</summary>
    public static JsonElement PlanOf(PlanOptions options)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            JobFile.Write(writer, options, option => IsOffered(option, options));
            writer.WriteEndObject();
        }

        return JsonElement.Parse(json.GetBuffer().AsSpan(0, (int)json.Length));
    }

    /// <summary>The offer as UTF-8 JSON.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Reads and checks an offer, which may hold anything.</summary>
    /// <exception cref="BadInputException">It cannot be used.</exception>
    public static JobOffer Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (bytes.Length > MaxBytes) throw new JsonException($"it has {bytes.Length} bytes");
            JobOffer offer = JsonSerializer.Deserialize<JobOffer>(bytes, Json) ?? throw new JsonException("it is null");
            offer.Check();
            return offer;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or OverflowException or NotSupportedException)
        {
            throw Unusable(e.Message, e);
        }
    }

    /// <summary>The plan, on files of this machine.</summary>
    /// <param name="pathOf">Where the file of an option lies; null for an option without one.</param>
    /// <exception cref="BadInputException">The options are no plan, or not the one that the offer says.</exception>
    public TrainingPlan Resolve(Func<string, string?> pathOf)
    {
        try
        {
            PlanOptions options = JobFile.Read(Plan, "plan", baseDirectory: null);
            if (PlanOptionTable.All.Any(option => option.IsSet(options) && !IsOffered(option, options)))
                throw new BadInputException("the plan names a path");
            var plan = TrainingPlan.Resolve(options with
            {
                Data = pathOf(Data) ?? options.Data,
                Valid = pathOf(Valid),
                Test = pathOf(Test),
                InitFrom = pathOf(InitFrom),
            });
            return plan.Hash == PlanHash
                ? plan
                : throw new BadInputException("its options have another hash than it says");
        }
        catch (Exception e) when (e is BadInputException or InvalidOperationException)
        {
            // JSON whose strings are not UTF-8 is only found when they are read.
            throw Unusable(e.Message, e);
        }
    }

    private static bool IsOffered(PlanOption option, PlanOptions options) =>
        option.Kind != PlanValueKind.Path || (option.Name == Data && DataName.IsBuiltin(options.Data!));

    private void Check()
    {
        Require(
            FormatVersion == CurrentVersion,
            $"it has version {FormatVersion}, this program reads {CurrentVersion}; run the same program on all nodes");
        Require(
            RunId.Length is > 0 and <= MaxRunId && RunId.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'),
            "its run id is none");
        Require(OfferedFile.IsSha256(PlanHash) && OfferedFile.IsSha256(DataHash), "its hashes are none");
        foreach ((string option, OfferedFile? file) in Files)
            Require(option is Data or Valid or Test or InitFrom && file is { IsSound: true }, "its files cannot be");
        foreach (PropertyInfo property in typeof(ProtocolOptions).GetProperties())
        {
            if (property.GetValue(Protocol) is TimeSpan duration)
                Require(duration >= TimeSpan.Zero && duration <= LongestDuration, $"{property.Name} is {duration}");
        }

        Require(double.IsFinite(Protocol.OverdueFactor), "OverdueFactor is no number");
        Protocol.Validate();
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new JsonException(otherwise);
    }

    /// <summary>One line, whatever was received.</summary>
    private static BadInputException Unusable(string reason, Exception cause)
    {
        var line = new StringBuilder();
        foreach (char c in reason.AsSpan(0, Math.Min(reason.Length, MaxMessage)))
            line.Append(char.IsControl(c) ? ' ' : c);
        return new BadInputException($"the coordinator's job cannot be used: {line}", cause);
    }
}
