using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <content>A step: parameters out, gradients in, sum, update; and snapshots between steps.</content>
public sealed partial class ParameterServer
{
    private void OnPullParameters(NodeId from, PullParameters message)
    {
        bool isHeld = message.Slice == _slice && Phase
            is ServerPhase.Collecting or ServerPhase.Reducing or ServerPhase.Reduced or ServerPhase.Snapshotting;
        if (isHeld)
            Send(from, new ParametersPulled(_fence, _slice, _parameters!, _firstOwnedShard, _carries));
        else
            Drop(from, message, DropReason.Unexpected);
    }

    private void OnPushGradient(NodeId from, PushGradient message)
    {
        if (message.Slice != _slice || message.Shards.End > _cover.ShardCount)
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        if (Phase != ServerPhase.Collecting || !_cover.TryAdd(new GradientPart(message.Shards, message.Gradient)))
        {
            Drop(from, message, DropReason.Duplicate);
            return;
        }

        for (int i = 0; i < message.Shards.Count; i++)
        {
            int owned = message.Shards.Start + i - _firstOwnedShard;
            if (owned >= 0 && owned < _nextCarries.Length)
                _nextCarries[owned] = message.Carries[i];
        }

        if (!_cover.IsComplete)
            return;
        Phase = ServerPhase.Reducing;
        StartWork(new ReduceSlice(_fence, _slice, _cover.Parts()));
    }

    private void OnReductionAwaited(NodeId from, ReductionAwaited message)
    {
        switch (Phase)
        {
            case ServerPhase.Collecting:
                Send(from, new GradientMissing(_fence, _slice, _cover.Missing()));
                break;
            case ServerPhase.Reduced:
                Send(from, _reduced!);
                break;
            case ServerPhase.Reducing:
                break; // the answer comes with the work
            default:
                Drop(from, message, DropReason.Unexpected);
                break;
        }
    }

    private void OnApplyUpdate(NodeId from, ApplyUpdate message)
    {
        if (Phase != ServerPhase.Reduced)
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        Phase = ServerPhase.Applying;
        _update = message;
        StartWork(new ApplySlice(_fence, _slice, message.Decision, _nextCarries));
    }

    private void OnSnapshotRequested(NodeId from, SnapshotRequested message)
    {
        if (Phase != ServerPhase.Collecting)
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        Phase = ServerPhase.Snapshotting;
        StartWork(new SnapshotSlice(_fence, _slice, message.Purpose, [.. _carries]));
    }

    private void OnReduced(SliceSums sums)
    {
        Phase = ServerPhase.Reduced;
        _reduced = new SliceReduced(_fence, _slice, sums.BlockSquareSums);
        if (_joined is not null)
            Send(NodeId.Coordinator, _reduced);
        else
            Announce();
    }

    private void OnApplied(SliceApplied applied)
    {
        _updated = new SliceUpdated(_fence, _slice, applied.Checksum);
        _fence = _fence.At(_fence.Step + 1);
        _parameters = applied.Parameters;
        _checksum = applied.Checksum;
        _progress = _update!.Progress;
        _lastUpdate = _update;
        _update = null;
        _reduced = null;
        _cover.Clear();

        // New arrays: pulled carries of the closed step may still be in a mailbox.
        _carries = [.. applied.Carries];
        _nextCarries = new Payload?[_carries.Length];
        Phase = ServerPhase.Collecting;
        if (_joined is not null)
            Send(NodeId.Coordinator, _updated);
        else
            Announce();
    }

    private void OnSnapshot(SliceSnapshot snapshot)
    {
        Phase = ServerPhase.Collecting;
        if (_joined is not null)
            Send(NodeId.Coordinator, new SnapshotTaken(_fence, _slice, snapshot.State, snapshot.Carries));
    }
}
