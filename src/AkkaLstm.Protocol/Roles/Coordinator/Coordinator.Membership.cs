using System.Diagnostics;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <content>Nodes that come, fail and fall silent.</content>
public sealed partial class Coordinator
{
    // Since when there has been no active worker; null while there is one.
    private TimeSpan? _noWorkerSince;
    private string? _lastWorkerError;
    private string _generationReason = "the job begins";

    private void OnWorkerReady(NodeId from, WorkerReady message)
    {
        if (!_workers.TryGetValue(from.Index, out WorkerSeat? worker))
        {
            worker = new WorkerSeat(from.Index, NewBudget()) { Incarnation = message.Incarnation };
            _workers.Add(from.Index, worker);
            Admit(worker);
        }
        else if (worker.Status == WorkerStatus.GivenUp)
        {
            Send(from, new Dismissed(_fence, "its restart budget is used up"));
            return;
        }
        else if (message.Incarnation < worker.Incarnation)
        {
            Drop(from, message, DropReason.Stale);
            return;
        }
        else if (message.Incarnation > worker.Incarnation)
        {
            // It has restarted, perhaps before it could say that it failed.
            _board.Release(worker.Index);
            worker.Incarnation = message.Incarnation;
            Admit(worker);
        }

        HeardFrom(from);
        Send(from, new Welcomed(_fence));
        TryBeginRestore();
        AssignPending();
    }

    private void Admit(WorkerSeat worker)
    {
        worker.Status = WorkerStatus.Active;
        worker.IsOverdue = false;
        _noWorkerSince = null;
        _outbox.Record(new WorkerJoined(_fence, worker.Node, worker.Incarnation));
    }

    /// <summary>A worker that was slow or taken for lost is there after all.</summary>
    private void HeardFrom(NodeId node)
    {
        if (node.Role != NodeRole.Worker || !_workers.TryGetValue(node.Index, out WorkerSeat? worker))
            return;
        if (worker.Status == WorkerStatus.Lost)
            Admit(worker);
        worker.IsOverdue = false;
    }

    private void OnServerReady(NodeId from, ServerReady message)
    {
        ServerSeat server = _servers[from.Index];
        if (message.Incarnation < server.Incarnation)
        {
            Drop(from, message, DropReason.Stale);
            return;
        }

        bool hasLostSlice = server.IsReady && message.Incarnation > server.Incarnation;
        Send(from, new Welcomed(_fence));
        server.Incarnation = message.Incarnation;
        if (hasLostSlice && !TryRecover(server, "it has restarted"))
            return;
        server.IsReady = true;
        TryBeginRestore();
    }

    /// <summary>Loads the newest state into all servers once everybody who is needed is there.</summary>
    private void TryBeginRestore()
    {
        if (Phase != CoordinatorPhase.Gathering)
            return;
        if (!Array.TrueForAll(_servers, s => s.IsReady) || !_workers.Values.Any(w => w.Status == WorkerStatus.Active))
            return;

        // A checkpoint that was being written when the generation began may have come in since.
        GoBackToNewest();
        string? checkpointId = _newestId;
        _outbox.Record(new GenerationStarted(_fence, checkpointId, _generationReason));
        Ask(CoordinatorPhase.Restoring, slice => new RestoreRequested(_fence, slice, checkpointId, _job.ShardCount));
    }

    private void OnSliceReady(NodeId from, SliceReady message)
    {
        if (Accept(CoordinatorPhase.Restoring, from, message) && _poll!.IsComplete)
            AtBarrier();
    }

    private void OnNodeFaulted(NodeId from, NodeFaulted message)
    {
        if (message.Error.IsPermanent)
        {
            Finish(JobOutcomeKind.Failed, $"{from}: {message.Error.Message}");
            return;
        }

        if (from.Role == NodeRole.Server)
            OnServerFaulted(_servers[from.Index], message);
        else if (_workers.TryGetValue(from.Index, out WorkerSeat? worker))
            OnWorkerFaulted(worker, message);
        else
            Drop(from, message, DropReason.Unexpected);
    }

    private void OnWorkerFaulted(WorkerSeat worker, NodeFaulted message)
    {
        if (message.Incarnation != worker.Incarnation || worker.Status == WorkerStatus.GivenUp)
        {
            Drop(worker.Node, message, DropReason.Stale);
            return;
        }

        if (worker.Status == WorkerStatus.Restarting)
        {
            Send(worker.Node, new RestartGranted(_fence, message.Incarnation)); // the first grant got lost
            return;
        }

        bool isGranted = worker.Restarts.TryTake(_now);
        _lastWorkerError = message.Error.Message;
        _outbox.Record(new NodeFailed(_fence, worker.Node, message.Incarnation, message.Error.Message, !isGranted));
        worker.Status = isGranted ? WorkerStatus.Restarting : WorkerStatus.GivenUp;
        Send(worker.Node, isGranted
            ? new RestartGranted(_fence, message.Incarnation)
            : new Dismissed(_fence, "its restart budget is used up"));
        OnWorkerGone(worker);
    }

    private void OnWorkerGone(WorkerSeat worker)
    {
        Debug.Assert(worker.Status != WorkerStatus.Active, "called for workers that take no tasks");
        _board.Release(worker.Index);
        if (_workers.Values.All(w => w.Status == WorkerStatus.GivenUp))
        {
            Finish(JobOutcomeKind.LostCluster, $"no worker is left; the last one failed with: {_lastWorkerError}");
            return;
        }

        if (!_workers.Values.Any(w => w.Status == WorkerStatus.Active))
            _noWorkerSince ??= _now;
        AssignPending();
    }

    private void OnServerFaulted(ServerSeat server, NodeFaulted message)
    {
        if (message.Incarnation < server.Incarnation)
        {
            Send(server.Node, new RestartGranted(_fence, message.Incarnation)); // the first grant got lost
            return;
        }

        server.Incarnation = message.Incarnation + 1;
        Send(server.Node, new RestartGranted(_fence, message.Incarnation));
        _ = TryRecover(server, message.Error.Message);
    }

    private void OnPeerLost(NodeId node)
    {
        switch (node.Role)
        {
            case NodeRole.Server when _servers[node.Index].IsReady:
                _outbox.Record(new NodeLost(_fence, node, "its connection is gone"));
                _ = TryRecover(_servers[node.Index], "its connection is gone");
                break;
            case NodeRole.Worker when _workers.TryGetValue(node.Index, out WorkerSeat? worker):
                Lose(worker, "its connection is gone");
                break;
        }
    }

    private void Lose(WorkerSeat worker, string reason)
    {
        if (worker.Status != WorkerStatus.Active)
            return;
        _outbox.Record(new NodeLost(_fence, worker.Node, reason));
        worker.Status = WorkerStatus.Lost;
        OnWorkerGone(worker);
    }

    /// <summary>
    /// A server's slice is gone: a new generation begins from the newest checkpoint. The steps since then are
    /// computed again, to the same bits. False when the server's budget is used up and the job has ended.
    /// </summary>
    private bool TryRecover(ServerSeat server, string reason)
    {
        bool isGranted = server.Restarts.TryTake(_now);
        _outbox.Record(new NodeFailed(_fence, server.Node, server.Incarnation, reason, !isGranted));
        if (!isGranted)
        {
            Finish(
                JobOutcomeKind.LostCluster,
                $"{server.Node} failed more than {_options.RestartBudget} times within {_options.RestartWindow}: {reason}");
            return false;
        }

        server.IsReady = false;
        _generationReason = $"{server.Node}: {reason}";
        _fence = _fence with { Generation = _fence.Generation + 1 };
        GoBackToNewest();
        _board = new ShardBoard(_job.ShardCount);
        _poll = null;
        foreach (WorkerSeat worker in _workers.Values)
            (worker.EpochShardCount, worker.EpochCompute, worker.EpochWait) = (0, TimeSpan.Zero, TimeSpan.Zero);
        EnterPhase(CoordinatorPhase.Gathering);
        return true;
    }

    private void GoBackToNewest()
    {
        _progress = _newestProgress ?? _job.Start;
        _fence = _fence.At(_progress.Step);
        _snapshotStep = _progress.Step;
    }

    private void OnTimerFired()
    {
        _outbox.ArmTimer(_options.ReviewInterval);
        ReviewCheckpoints();
        if (Phase == CoordinatorPhase.Gathering)
            ReviewGathering();
        if (IsInRound)
            ReviewWorkers();
        if (IsPolling)
            ReviewServers(_poll!);
    }

    private bool IsPolling => Phase
        is CoordinatorPhase.Restoring
        or CoordinatorPhase.Computing
        or CoordinatorPhase.Applying
        or CoordinatorPhase.Snapshotting;

    private void ReviewGathering()
    {
        if (_now - _phaseSince < _options.GatherTimeout)
            return;
        List<string> missing = [.. _servers.Where(s => !s.IsReady).Select(s => s.Node.ToString())];
        if (!_workers.Values.Any(w => w.Status == WorkerStatus.Active))
            missing.Add("any worker");
        Finish(
            JobOutcomeKind.LostCluster,
            $"after {_options.GatherTimeout} there is still no sign of {string.Join(", ", missing)}");
    }

    private void ReviewWorkers()
    {
        foreach (WorkerSeat worker in _workers.Values)
        {
            if (worker.Status != WorkerStatus.Active || !_board.IsBusy(worker.Index))
                continue;
            TimeSpan silence = _now - worker.LastProgress;
            TimeSpan limit = TaskTimeout(worker);
            if (silence >= limit && !worker.IsOverdue)
            {
                worker.IsOverdue = true;
                _outbox.Record(new WorkerOverdue(_fence, worker.Node, silence));
                _board.Duplicate(worker.Index);

                // In case the first message or its answer got lost.
                Send(worker.Node, AssignmentOf([.. _board.HeldBy(worker.Index)]));
            }

            if (silence >= _options.WorkerLostTimeout && silence >= limit * 2)
                Lose(worker, $"it owes an answer for {silence}");
        }

        if (_noWorkerSince is { } since && _now - since >= _options.NoWorkerTimeout)
        {
            string error = _lastWorkerError is null ? "" : $"; the last one failed with: {_lastWorkerError}";
            Finish(JobOutcomeKind.LostCluster, $"there has been no worker for {_options.NoWorkerTimeout}{error}");
            return;
        }

        AssignPending();
    }

    private TimeSpan TaskTimeout(WorkerSeat worker)
    {
        TimeSpan pace = _pace[(int)_roundKind];
        if (pace == TimeSpan.Zero)
            return _options.FirstTaskTimeout;
        TimeSpan expected = pace * _options.OverdueFactor * _board.HeldBy(worker.Index).Max(r => r.Count);
        return expected > _options.MinTaskTimeout ? expected : _options.MinTaskTimeout;
    }

    private void ReviewServers(ServerPoll poll)
    {
        if (poll.DueSince is not { } since || poll.IsComplete)
            return;
        bool repeat = _now - since >= _options.RepeatInterval && _now - poll.RepeatedAt >= _options.RepeatInterval;
        if (repeat)
            poll.RepeatedAt = _now;
        foreach (ServerSeat server in _servers.Where(s => !poll.Has(s.Node.Index)))
        {
            if (_now - since >= _options.ServerLostTimeout)
            {
                string reason = $"it owes an answer for {_now - since}";
                _outbox.Record(new NodeLost(_fence, server.Node, reason));
                _ = TryRecover(server, reason);
                return;
            }

            if (repeat)
            {
                Message question = poll.QuestionFor(server.Node.Index);
                _outbox.Record(new RequestRepeated(_fence, server.Node, question.GetType().Name));
                Send(server.Node, question);
            }
        }
    }
}
