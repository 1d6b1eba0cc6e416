using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>
/// Says in one line what an event of the actors means to the person who watches; null for those that only
/// matter in the record.
/// </summary>
public static class EventText
{
    /// <summary>Every job begins with it; later ones mean that a server was lost.</summary>
    private const int FirstGeneration = 1;

    /// <summary>The notice for an event; null for none.</summary>
    /// <param name="what">The event.</param>
    /// <param name="checkpointsPath">Where the checkpoints are that events name.</param>
    public static RunNotice? NoticeOf(JobEvent what, string checkpointsPath) => what switch
    {
        CheckpointSaved saved => Information(
            what,
            $"wrote {Path.Combine(checkpointsPath, saved.CheckpointId)}"
            + (saved.IsBest ? " (best so far)" : "")
            + (saved.Reason == CheckpointReason.Stop ? ", on request" : "")),
        CheckpointFailed failed => Warning(
            what,
            $"checkpoint not written, attempt {failed.Attempt}"
            + $"{(failed.WillRetry ? ", will try again" : "")}: {failed.Error}"),
        CheckpointSkipped skipped =>
            Information(what, $"checkpoint of step {skipped.SkippedStep} skipped: {skipped.Reason}"),
        NodeFailed failed => Warning(
            what,
            $"{failed.Node} failed{(failed.IsGivenUp ? " and is given up" : ", starting it again")}: {failed.Error}"),
        NodeLost lost => Warning(what, $"{lost.Node} is lost: {lost.Reason}"),
        GenerationStarted { Fence.Generation: > FirstGeneration } started =>
            Warning(what, $"going on from {SourceOf(started, checkpointsPath)}: {started.Reason}"),
        CheckpointLost lost => Warning(what, $"{Path.Combine(checkpointsPath, lost.CheckpointId)} is lost, taking an older one: {lost.Error}"),
        NodeLeft left => Information(what, $"{left.Node} has left"),
        WorkersAwaited awaited => Warning(
            what, $"waiting for workers: {awaited.ActiveCount} of at least {awaited.MinWorkers} are there"),
        ReplicaDropped dropped => Warning(what, $"{dropped.Server} is out, its standby goes on: {dropped.Reason}"),
        ReplicaSynced synced => Information(what, $"{synced.Server} stands by, with the state of {synced.Source}"),
        ReplicasDiffer differ => Warning(what, $"{differ.First} and {differ.Second} hold different parameters"),
        SharesChanged changed => Information(
            what,
            "shards dealt out by speed: "
            + string.Join(", ", changed.Workers.Zip(changed.Shares, (worker, share) => $"{worker} {share}"))),
        _ => null,
    };

    private static string SourceOf(GenerationStarted started, string checkpointsPath) => started.Source switch
    {
        StateSource.Servers => "what the servers hold",
        StateSource.Checkpoint => Path.Combine(checkpointsPath, started.CheckpointId!),
        _ => "the beginning",
    };

    private static RunNotice Information(JobEvent what, string text) => Notice(NoticeLevel.Information, what, text);

    private static RunNotice Warning(JobEvent what, string text) => Notice(NoticeLevel.Warning, what, text);

    private static RunNotice Notice(NoticeLevel level, JobEvent what, string text) =>
        new(level, Plans.ChoiceNames.NameOf(what), text, what.Fence.Step);
}
