using System.Text;
using System.Text.Json;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Sessions;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Cluster.Logs;

/// <summary>
/// A node's log: a line of stderr for each entry, written at once, so that a process that is killed has said what it
/// did. Any thread may write.
/// </summary>
/// <param name="writer">Where lines go.</param>
/// <param name="format">How they look.</param>
/// <param name="least">The least serious that is written.</param>
/// <param name="clock">Gives the time of an entry.</param>
internal sealed class NodeLogger(TextWriter writer, LogFormat format, LogLevel least, TimeProvider clock) : ILogger
{
    /// <summary>The template's text among its values, where structured loggers find it.</summary>
    private const string TemplateKey = "{OriginalFormat}";

    private readonly Lock _gate = new();

    /// <summary>How lines look.</summary>
    public LogFormat Format => format;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        string message = formatter(state, exception);
        string line = format == LogFormat.Json
            ? Json(logLevel, eventId, message, state as IEnumerable<KeyValuePair<string, object?>>)
            : Text(logLevel, message);
        lock (_gate)
            writer.WriteLine(line);
    }

    private static string Text(LogLevel level, string message)
    {
        string before = level is LogLevel.Debug or LogLevel.Warning ? $"{ChoiceNames.NameOf(level)}: " : "";
        return $"akkalstm: {before}{message.ReplaceLineEndings(" ")}";
    }

    private string Json(LogLevel level, EventId id, string message, IEnumerable<KeyValuePair<string, object?>>? values)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow().UtcDateTime);
            json.WriteString("level", ChoiceNames.NameOf(level));
            json.WriteString("event", id.Name);
            json.WriteString("message", message);
            foreach ((string key, object? value) in values ?? [])
            {
                if (key == TemplateKey)
                    continue;
                json.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(key));
                JsonSerializer.Serialize(json, value, value?.GetType() ?? typeof(object), EventJson.Options);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
