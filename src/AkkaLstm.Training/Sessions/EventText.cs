using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>
/// Says in one line what an event of the actors means to the person who watches; null for those that only
/// matter in the record.
/// </summary>
internal static class EventText
{
    /// <summary>Every job begins with it; later ones mean that a server was lost.</summary>
    private const int FirstGeneration = 1;

    public static RunNotice? NoticeOf(NodeId source, JobEvent what) => what switch
    {
        CheckpointSaved saved => Information(
            what,
            $"wrote {saved.CheckpointId}"
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
        GenerationStarted { Fence.Generation: > FirstGeneration } started => Warning(
            what, $"going on from {started.CheckpointId ?? "the beginning"}: {started.Reason}"),
        _ => null,
    };

    private static RunNotice Information(JobEvent what, string text) => Notice(NoticeLevel.Information, what, text);

    private static RunNotice Warning(JobEvent what, string text) => Notice(NoticeLevel.Warning, what, text);

    private static RunNotice Notice(NoticeLevel level, JobEvent what, string text) =>
        new(level, Plans.ChoiceNames.Kebab(what.GetType().Name), text, what.Fence.Step);
}
