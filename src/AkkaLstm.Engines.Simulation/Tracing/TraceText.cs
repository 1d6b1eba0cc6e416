using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation;

/// <summary>Inputs, effects and phases in words; no payloads.</summary>
internal static class TraceText
{
    /// <summary>An input.</summary>
    public static string Of(RoleInput input) => input switch
    {
        MessageReceived m => $"{m.From}: {Of(m.Message)}",
        WorkDone done => $"done: {done.Result.GetType().Name}",
        WorkFailed failed => $"failed: {failed.Error.Message}",
        PeerLost lost => $"hint: {lost.Node} is gone",
        _ => input.GetType().Name,
    };

    /// <summary>An effect.</summary>
    public static string Of(Effect effect) => effect switch
    {
        SendMessage send => $"-> {send.To}: {Of(send.Message)}",
        StartWork work => $"begins {Of(work.Order)}",
        RecordEvent record => Of(record.Event),
        EndJob end => $"ends the job: {end.Outcome.Kind}{Because(end.Outcome.Reason)}",
        StopNode stop => $"stops: {stop.Reason}",
        _ => effect.GetType().Name,
    };

    /// <summary>A decision or something noticed.</summary>
    public static string Of(JobEvent what) => $"* {what.GetType().Name} {Short(what.Fence)}" + what switch
    {
        InputDropped e => $": {e.What} of {e.From}, {e.Reason}",
        NodeLost e => $": {e.Node}, {e.Reason}",
        NodeFailed e => $": {e.Node}, {e.Error}{(e.IsGivenUp ? ", given up" : "")}",
        NodeStopped e => $": {e.Reason}",
        GenerationStarted e => $": from {e.CheckpointId ?? e.Source.ToString()}, {e.Reason}",
        TasksReassigned e => $": {Of(e.Ranges)} to {e.To}",
        GradientRecomputed e => $": {Of(e.Ranges)} of {e.Slice}",
        RequestRepeated e => $": {e.Request} to {e.Node}",
        WorkerJoined e => $": {e.Worker}, incarnation {e.Incarnation}",
        WorkersAwaited e => $": {e.ActiveCount} of {e.MinWorkers}",
        NodeLeft e => $": {e.Node}",
        ReplicaDropped e => $": {e.Server}, {e.Reason}",
        ReplicaSynced e => $": {e.Server} from {e.Source}",
        ReplicasDiffer e => $": {e.First} and {e.Second}",
        SharesChanged e => $": {string.Join(", ", e.Workers.Zip(e.Shares, (w, n) => $"{n} to {w}"))}",
        WorkerOverdue e => $": {e.Worker}",
        CheckpointSaved e => $": {e.CheckpointId}, {e.Reason}",
        CheckpointFailed e => $": attempt {e.Attempt}, {e.Error}",
        CheckpointSkipped e => $": step {e.SkippedStep}, {e.Reason}",
        JobFinished e => $": {e.Outcome.Kind}{Because(e.Outcome.Reason)}",
        _ => "",
    };

    /// <summary>What a role is doing.</summary>
    public static string PhaseName(this IRole role) => role switch
    {
        Coordinator coordinator => coordinator.Phase.ToString(),
        ParameterServer server => server.Phase.ToString(),
        Worker worker => worker.Phase.ToString(),
        _ => "",
    };

    private static string Of(Message message) => $"{message.GetType().Name} {Short(message.Fence)}" + message switch
    {
        StepAssigned m => $" {m.Kind} {Of(m.Ranges)}",
        PushGradient m => $" {m.Shards}",
        ShardReported m => $" {m.Kind} {m.Shards}",
        GradientMissing m => $" {Of(m.Ranges)}",
        RestoreRequested m => $" {m.Slice} from {m.CheckpointId ?? (m.Copy is null ? "the initial state" : "a copy")}",
        WorkerReady m => $" incarnation {m.Incarnation}{(m.IsLeaving ? " leaving" : "")}",
        ServerReady m => $" incarnation {m.Incarnation}"
            + (m.Holding is { } h ? $" holds s{h.Progress.Step} {h.State}" : "")
            + (m.IsLeaving ? " leaving" : ""),
        NodeFaulted m => $" incarnation {m.Incarnation}: {m.Error.Message}",
        _ => "",
    };

    private static string Of(WorkOrder order) => $"{order.GetType().Name} {Short(order.Fence)}" + order switch
    {
        ComputeShards o => $" {o.Shards}",
        EvaluateShards o => $" {o.Shards}",
        _ => "",
    };

    private static string Of(IReadOnlyList<ShardRange> ranges) => string.Join(", ", ranges);

    private static string Short(Fence fence) => $"t{fence.Term} g{fence.Generation} s{fence.Step}";

    private static string Because(string? reason) => reason is null ? "" : $", {reason}";
}
