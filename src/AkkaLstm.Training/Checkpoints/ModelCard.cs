using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Checkpoints;

/// <summary>
/// What must be known of parameters to use them: the plan they were trained with, the model's shape, and what
/// was learned from the data (normaliser or vocabulary). It is <c>model.json</c> in a checkpoint and metadata
/// in an exported safetensors file.
/// </summary>
/// <param name="Plan">The resolved plan.</param>
/// <param name="DataHash">Hash of the data's contents.</param>
/// <param name="Model">The model's shape.</param>
/// <param name="Artifacts">What was learned from the training part.</param>
public sealed record ModelCard(TrainingPlan Plan, string DataHash, ModelSpec Model, DataArtifacts Artifacts)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectRequiredConstructorParameters = true,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Hash of the plan.</summary>
    public string PlanHash => Plan.Hash;

    /// <summary>The card as UTF-8 JSON.</summary>
    internal byte[] ToBytes()
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("plan");
            JobFile.Write(writer, Plan.Options.WithFullPaths());
            writer.WriteEndObject();
            writer.WriteString("dataHash", DataHash);
            writer.WritePropertyName("model");
            JsonSerializer.Serialize(writer, Model, Json);
            writer.WritePropertyName("artifacts");
            writer.WriteRawValue(Artifacts.ToJson());
            writer.WriteEndObject();
        }

        return json.ToArray();
    }

    /// <summary>Reads a card.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">The file, for messages.</param>
    /// <exception cref="BadInputException">It is not one.</exception>
    internal static ModelCard Parse(string json, string place)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return new ModelCard(
                TrainingPlan.Resolve(JobFile.Read(root.GetProperty("plan"), place, baseDirectory: null)),
                root.GetProperty("dataHash").GetString() ?? "",
                ReadSpec(root.GetProperty("model")),
                DataArtifacts.Parse(root.GetProperty("artifacts").GetRawText(), place));
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            string reason = Encoding.UTF8.GetByteCount(json) == 0
                ? "it is empty"
                : "its model description cannot be read";
            throw new BadInputException($"{place}: {reason}; use a model that this program saved", e);
        }
    }

    private static ModelSpec ReadSpec(JsonElement json) =>
        json.Deserialize<ModelSpec>(Json)?.Validate() ?? throw new JsonException("no model");
}
