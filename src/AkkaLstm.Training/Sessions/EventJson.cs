using System.Text.Json;
using System.Text.Json.Serialization;
using AkkaLstm.Protocol;

namespace AkkaLstm.Training.Sessions;

/// <summary>
/// How events of the actors are written to <c>events.jsonl</c>: names instead of records where a person reads.
/// </summary>
public static class EventJson
{
    /// <summary>Options for any event.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters =
        {
            new FenceConverter(),
            new NodeConverter(),
            new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower),
        },
    };

    private sealed class FenceConverter : JsonConverter<Fence>
    {
        public override Fence Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Events are only written.");

        public override void Write(Utf8JsonWriter writer, Fence value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("runId", value.RunId);
            writer.WriteNumber("term", value.Term);
            writer.WriteNumber("generation", value.Generation);
            writer.WriteNumber("step", value.Step);
            writer.WriteEndObject();
        }
    }

    private sealed class NodeConverter : JsonConverter<NodeId>
    {
        public override NodeId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Events are only written.");

        public override void Write(Utf8JsonWriter writer, NodeId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
