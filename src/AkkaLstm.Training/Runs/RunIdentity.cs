using System.Text.Json;

namespace AkkaLstm.Training.Runs;

/// <summary>
/// Who a run is, over all processes that ever led it: <c>run.json</c> in the run directory. Nodes that outlive their
/// coordinator know the next one by the id, and follow it because it counts as a later start.
/// </summary>
/// <param name="RunId">32 hexadecimal digits, differing between any two runs.</param>
/// <param name="Starts">Times that a coordinator was started, from 1: the term of the one that counts it.</param>
internal sealed record RunIdentity(string RunId, long Starts)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "run.json";

    /// <summary>Longer files are not ours.</summary>
    private const int MaxBytes = 1 << 12;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>
    /// Counts a start, and has it on disk before it returns. Where the file is damaged, the run gets another id: nodes
    /// of the old one will not listen, and what they held is computed again.
    /// </summary>
    /// <param name="directory">The run directory, held by this process.</param>
    /// <param name="report">Hears of a damaged file.</param>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public static RunIdentity CountStart(string directory, Action<RunNotice> report)
    {
        string path = Path.Combine(directory, FileName);
        RunIdentity? before = null;
        try
        {
            before = Read(path);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            report(new RunNotice(
                NoticeLevel.Warning,
                "run-identity-lost",
                $"{path}: cannot be read ({e.Message.ReplaceLineEndings(" ")}); the run gets a new id, nodes of the old one stop by themselves",
                Step: null));
        }

        RunIdentity now = before is null
            ? new RunIdentity(Guid.NewGuid().ToString("N"), 1)
            : before with { Starts = before.Starts + 1 };
        DurableFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(now, Json));
        return now;
    }

    private static RunIdentity? Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) return null;
        if (file.Length > MaxBytes) throw new JsonException($"it has {file.Length} bytes");
        RunIdentity? read = JsonSerializer.Deserialize<RunIdentity>(File.ReadAllBytes(path), Json);
        bool isSound = read is { Starts: >= 1 and < long.MaxValue } && Guid.TryParseExact(read.RunId, "N", out _);
        return isSound ? read : throw new JsonException("it holds no id and count of starts");
    }
}
