using System.Text.Json;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Runs;

/// <summary>
/// What <c>job.json</c> of a run says: the plan, and the content of the files that it was begun with, whose paths alone do
/// not say whether they still are what they were.
/// </summary>
/// <param name="Plan">The resolved plan.</param>
/// <param name="DataHash">Hash of the data's contents; null where the file does not say.</param>
/// <param name="InitFrom">The file that the parameters start from; null without one, or where it does not say.</param>
public sealed record RunJob(TrainingPlan Plan, string? DataHash, CheckpointFile? InitFrom)
{
    private const string PlanHashKey = "planHash";
    private const string DataHashKey = "dataHash";
    private const string InitFromKey = "initFrom";
    private const string BytesKey = "bytes";
    private const string Sha256Key = "sha256";

    /// <summary>Characters of a hash that messages show.</summary>
    private const int ShownHash = 12;

    /// <summary>Refuses data that are not those that the run began with.</summary>
    /// <param name="hash">Hash of the opened data's contents.</param>
    /// <exception cref="BadInputException">They are others.</exception>
    public void RequireData(string hash)
    {
        if (DataHash is null || hash == DataHash) return;
        string?[] all = [Plan.Data, Plan.Options.Valid, Plan.Options.Test];
        throw Changed(string.Join(", ", all.OfType<string>()), hash, DataHash);
    }

    /// <summary>The exception for what is not what a run began with.</summary>
    /// <param name="what">The file.</param>
    /// <param name="actual">Its hash.</param>
    /// <param name="expected">That of <c>job.json</c>.</param>
    internal static BadInputException Changed(string what, string actual, string expected) => new(
        $"{what}: was changed after the run began (hash {Short(actual)}, in {RunDirectory.JobFileName} {Short(expected)}); "
        + "restore it, or train anew");

    /// <summary>The file's content: the plan's options, with absolute paths, and the hashes of what they resolved to.</summary>
    internal byte[] ToBytes()
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            JobFile.Write(writer, Plan.Options.WithFullPaths());
            writer.WriteStartObject(JobFile.ResolvedKey);
            writer.WriteString(PlanHashKey, Plan.Hash);
            writer.WriteString(DataHashKey, DataHash);
            if (InitFrom is not null)
            {
                writer.WriteStartObject(InitFromKey);
                writer.WriteNumber(BytesKey, InitFrom.Bytes);
                writer.WriteString(Sha256Key, InitFrom.Sha256);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return json.ToArray();
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="BadInputException">It was changed or damaged.</exception>
    internal static RunJob Read(string path)
    {
        (PlanOptions options, string? planHash, string? dataHash, CheckpointFile? initFrom) = JobFile.Read(
            JobFile.Load(path), path, root =>
            {
                PlanOptions options = JobFile.Read(root, path, Path.GetDirectoryName(Path.GetFullPath(path)));
                return root.TryGetProperty(JobFile.ResolvedKey, out JsonElement resolved)
                    ? (options, TextOf(resolved, PlanHashKey), TextOf(resolved, DataHashKey), InitFromOf(resolved))
                    : (options, null, null, null);
            });
        var plan = TrainingPlan.Resolve(options);
        return planHash == plan.Hash
            ? new RunJob(plan, dataHash, initFrom)
            : throw new BadInputException(
                $"{path}: the plan was changed after the run began; restore the file, or train anew with it");
    }

    private static CheckpointFile? InitFromOf(JsonElement resolved) =>
        resolved.ValueKind == JsonValueKind.Object
            && resolved.TryGetProperty(InitFromKey, out JsonElement file)
            && TextOf(file, Sha256Key) is { } sha256
            && file.TryGetProperty(BytesKey, out JsonElement bytes)
            && bytes.ValueKind == JsonValueKind.Number
            && bytes.TryGetInt64(out long length)
            ? new CheckpointFile(length, sha256)
            : null;

    private static string? TextOf(JsonElement parent, string key) =>
        parent.ValueKind == JsonValueKind.Object
            && parent.TryGetProperty(key, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Short(string hash) => hash[..Math.Min(ShownHash, hash.Length)];
}
