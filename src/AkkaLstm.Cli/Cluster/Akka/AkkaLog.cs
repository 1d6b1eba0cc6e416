using AkkaLstm.Engines.Akka.Logging;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Cluster.Akka;

/// <summary>What Akka.NET says of itself, in the node's log.</summary>
internal static partial class AkkaLog
{
    /// <summary>Where connections are kept.</summary>
    private const string Endpoints = "/system/endpointManager";

    /// <summary>
    /// A step less serious than Akka.NET takes it, and connections not at all: to the protocol nodes that cannot be reached are
    /// a normal event, and a node says itself what it makes of it.
    /// </summary>
    public static void Akka(this ILogger log, EngineLogEntry entry)
    {
        bool matters = entry.IsError && !entry.Source.Contains(Endpoints, StringComparison.Ordinal);
        Entry(log, matters ? LogLevel.Warning : LogLevel.Debug, entry.Source, entry.Message);
    }

    [LoggerMessage(EventId = 9, EventName = "akka", Message = "{Source}: {Message}")]
    private static partial void Entry(ILogger log, LogLevel level, string source, string message);
}
