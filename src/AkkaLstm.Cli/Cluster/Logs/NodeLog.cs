using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Wire.Tensors;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Cluster.Logs;

/// <summary>What a node logs. The names of events and fields are for programs: they stay.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(1, LogLevel.Information, "the coordinator listens on {Endpoint}", EventName = "listening")]
    public static partial void Listening(this ILogger log, string endpoint);

    [LoggerMessage(2, LogLevel.Information, "this is {Node}", EventName = "seated")]
    public static partial void Seated(this ILogger log, NodeId node);

    [LoggerMessage(3, LogLevel.Information, "{Notice}", EventName = "connection")]
    public static partial void Connection(this ILogger log, string notice);

    [LoggerMessage(4, LogLevel.Information, "{Notice}", EventName = "signal")]
    public static partial void Signal(this ILogger log, string notice);

    [LoggerMessage(5, LogLevel.Information, "{Reason}", EventName = "ended")]
    public static partial void Ended(this ILogger log, string reason);

    [LoggerMessage(6, LogLevel.Error, "{Reason}", EventName = "failed")]
    public static partial void Failed(this ILogger log, string reason);

    /// <summary>Tensor channels whose defects are logged: errors, so that --quiet does not hide them.</summary>
    public static TensorChannelOptions Tensors(this ILogger log) => new() { Defect = e => log.Failed(e.ToString()) };

    [LoggerMessage(7, LogLevel.Debug, "computes {Shards} of step {Step}", EventName = "tasks-begun")]
    public static partial void TasksBegun(this ILogger log, long step, ShardRange shards);

    /// <summary>A decision of the node's role, under the event's own name.</summary>
    public static void Decision(this ILogger log, NodeId source, JobEvent what)
    {
        RunNotice? notice = EventText.NoticeOf(what, checkpointsPath: "");
        LogLevel level = LevelOf(what, notice);
        if (!log.IsEnabled(level))
            return;
        string name = ChoiceNames.NameOf(what);
        log.Log(
            level,
            new EventId(8, name),
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["source"] = source, ["details"] = what },
            exception: null,
            (_, _) => notice?.Text ?? name);
    }

    private static LogLevel LevelOf(JobEvent what, RunNotice? notice) => (notice?.Level, what) switch
    {
        (NoticeLevel.Warning, _) => LogLevel.Warning,
        (NoticeLevel.Information, _) => LogLevel.Information,
        (_, EpochClosed or WorkerJoined or GenerationStarted or StopAccepted or JobFinished) => LogLevel.Information,
        _ => LogLevel.Debug,
    };
}
