using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <content>Snapshots at the barrier, writes in the background, the last one before the end.</content>
public sealed partial class Coordinator
{
    private readonly CheckpointQueue _checkpoints = new();
    private long _nextWorkId;

    private readonly CheckpointHistory _history;

    // The last snapshot, or where the generation started.
    private long _snapshotStep;
    private TimeSpan _snapshotAt;
    private CheckpointReason _snapshotReason;
    private bool _isSnapshotBest;

    private bool IsIntervalCheckpointDue()
    {
        CheckpointSchedule schedule = _job.Checkpoints;
        if (_progress.Step == _snapshotStep)
            return false;
        return (schedule.EverySteps is { } steps && _progress.Step % steps == 0)
            || (schedule.Every is { } interval && _now - _snapshotAt >= interval);
    }

    private void BeginSnapshot(CheckpointReason reason, bool isBest)
    {
        (_snapshotStep, _snapshotAt) = (_progress.Step, _now);
        if (!_checkpoints.Accepts(isBest))
        {
            _outbox.Record(new CheckpointSkipped(_fence, _progress.Step, "the best one still waits to be written"));
            AtBarrier();
            return;
        }

        (_snapshotReason, _isSnapshotBest) = (reason, isBest);
        IEnumerable<ServerSeat> firsts = Members.GroupBy(s => s.Slice.Index).Select(slice => slice.First());
        Ask<SnapshotTaken>(
            CoordinatorPhase.Snapshotting,
            firsts,
            _ => new SnapshotRequested(_fence, SnapshotPurpose.Checkpoint));
    }

    /// <summary>Whether it has a carry, or zeros, for each shard that the slice owns.</summary>
    private bool HasItsCarries(SnapshotTaken taken) => taken.Carries.Count == taken.Slice.OwnedShardCount(_job.ShardCount);

    private void CloseSnapshot()
    {
        List<SnapshotTaken> slices = [.. _poll!.AnswersBySlice<SnapshotTaken>()];
        WriteCheckpoint? replaced = _checkpoints.Offer(new WriteCheckpoint(
            _fence,
            _progress,
            [.. slices.Select(s => s.State)],
            [.. slices.SelectMany(s => s.Carries)],
            _snapshotReason,
            _isSnapshotBest));
        if (replaced is not null)
            _outbox.Record(new CheckpointSkipped(_fence, replaced.Progress.Step, "a newer one came before its turn"));
        BeginWrite();
        AtBarrier();
    }

    private void BeginWrite()
    {
        if (_checkpoints.TryBegin(_nextWorkId, _now) is { } order)
            _outbox.StartWork(_nextWorkId++, order);
    }

    /// <summary>
    /// Ends the job once its state is on disk; called again whenever something has been written.
    /// </summary>
    private void EndWithCheckpoint(CheckpointReason reason)
    {
        if (_history.NewestProgress == _progress)
            Finish(reason == CheckpointReason.Stop ? JobOutcomeKind.Stopped : JobOutcomeKind.Completed, reason: null);
        else if (_checkpoints.IsIdle)
            BeginSnapshot(reason, isBest: false);
        else
            EnterPhase(CoordinatorPhase.Draining);
    }

    /// <summary>Whether the job ends as soon as its last state is on disk.</summary>
    private bool IsEnding => Phase == CoordinatorPhase.Draining && (_isStopRequested || IsJobComplete);

    private void OnWorkDone(WorkDone done)
    {
        if (done.WorkId != _checkpoints.WorkId)
            return;
        WriteCheckpoint order = _checkpoints.Current!;
        string checkpointId = ((CheckpointWritten)done.Result).CheckpointId;
        _history.Add(checkpointId, order.Progress);
        _outbox.Record(new CheckpointSaved(
            _fence, checkpointId, order.Progress, order.Reason, order.IsBest, _now - _checkpoints.Since));
        _checkpoints.Written();
        BeginWrite();
        if (Phase == CoordinatorPhase.Draining)
            AtBarrier();
    }

    private void OnWorkFailed(WorkFailed failed)
    {
        if (failed.WorkId != _checkpoints.WorkId)
            return;
        bool willRetry = !failed.Error.IsPermanent && _checkpoints.Attempt < _options.CheckpointAttempts;
        _outbox.Record(new CheckpointFailed(_fence, failed.Error.Message, _checkpoints.Attempt, willRetry));
        _checkpoints.Failed(_now);
        if (!willRetry)
            Finish(JobOutcomeKind.Failed, $"{CurrentCheckpoint}: {failed.Error.Message}");
    }

    private string CurrentCheckpoint => $"checkpoint of step {_checkpoints.Current!.Progress.Step}";

    private void ReviewCheckpoints()
    {
        TimeSpan passed = _now - _checkpoints.Since;
        if (_checkpoints.IsIdle)
            return;
        if (_checkpoints.WorkId is not null && passed >= _options.CheckpointTimeout)
            Finish(JobOutcomeKind.Failed, $"{CurrentCheckpoint}: writing takes more than {_options.CheckpointTimeout}");
        else if (_checkpoints.WorkId is null && passed >= _options.CheckpointRetryInterval)
            _outbox.StartWork(_nextWorkId, _checkpoints.Retry(_nextWorkId++, _now));
    }
}
