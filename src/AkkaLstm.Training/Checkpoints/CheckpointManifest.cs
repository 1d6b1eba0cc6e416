using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Training.Checkpoints;

/// <summary>Size and hash of one file of a checkpoint.</summary>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">SHA-256, lower-case hex.</param>
public sealed record CheckpointFile(long Bytes, string Sha256);

/// <summary>
/// What <c>manifest.json</c> says of a checkpoint: where the job stood, which plan and data it belongs to, and
/// the hashes that tell a whole checkpoint from a damaged one.
/// </summary>
public sealed record CheckpointManifest
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The format this program writes and reads.</summary>
    public const int CurrentFormatVersion = 1;

    private static readonly string NoChecksum = new('0', 2 * SHA256.HashSizeInBytes);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Version of the format; this value and <see cref="Checksum"/> are what formats have in common.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Hash of the plan, see <see cref="Plans.TrainingPlan.Hash"/>.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Hash of the data's contents.</summary>
    public required string DataHash { get; init; }

    /// <summary>SHA-256 over all parameters in layout order.</summary>
    public required string ParameterHash { get; init; }

    /// <summary>Where the job stood, the policy's state included.</summary>
    public required JobProgress Progress { get; init; }

    /// <summary>Why it was written.</summary>
    public required CheckpointReason Reason { get; init; }

    /// <summary>Whether the policy called this state the best so far.</summary>
    public required bool IsBest { get; init; }

    /// <summary>The other files by name.</summary>
    public required SortedDictionary<string, CheckpointFile> Files { get; init; }

    /// <summary>
    /// SHA-256 over this file's bytes with this value replaced by zeros: damage to the manifest itself is found
    /// too.
    /// </summary>
    public required string Checksum { get; init; }

    /// <summary>A manifest without its checksum, which <see cref="ToBytes"/> fills in.</summary>
    internal static string Unsigned => NoChecksum;

    /// <summary>The file's content.</summary>
    internal byte[] ToBytes()
    {
        string unsigned = JsonSerializer.Serialize(this with { Checksum = NoChecksum }, Json);
        string checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(unsigned)));
        return Encoding.UTF8.GetBytes(unsigned.Replace(NoChecksum, checksum, StringComparison.Ordinal));
    }

    /// <summary>Reads and verifies a manifest.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="place">The file, for messages.</param>
    /// <exception cref="OtherFormatException">It is sound and of another version.</exception>
    /// <exception cref="BadInputException">It is damaged.</exception>
    internal static CheckpointManifest Parse(byte[] bytes, string place)
    {
        try
        {
            using (JsonDocument document = JsonDocument.Parse(bytes))
            {
                int version = document.RootElement.GetProperty("formatVersion").GetInt32();
                string checksum = document.RootElement.GetProperty("checksum").GetString() ?? "";
                string unsigned = checksum.Length == NoChecksum.Length
                    ? Encoding.UTF8.GetString(bytes).Replace(checksum, NoChecksum, StringComparison.Ordinal)
                    : "";
                if (Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(unsigned))) != checksum)
                    throw new BadInputException(
                        $"{place}: is damaged (its checksum is wrong); use another checkpoint");
                if (version != CurrentFormatVersion) throw new OtherFormatException(place, version);
            }

            var manifest = JsonSerializer.Deserialize<CheckpointManifest>(bytes, Json)!;
            foreach ((string name, CheckpointFile? file) in manifest.Files)
            {
                // The annotations are not held inside a dictionary; and a name must not lead out of the directory.
                if (file is null || !IsPlainName(name))
                    throw new JsonException($"the file \"{name}\" cannot be one of a checkpoint's");
            }

            return manifest;
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new BadInputException($"{place}: is damaged (it is not a manifest); use another checkpoint", e);
        }
    }

    private static bool IsPlainName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny('/', '\\', '\0') < 0;
}
