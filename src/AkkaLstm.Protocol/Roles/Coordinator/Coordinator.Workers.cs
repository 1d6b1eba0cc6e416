using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <content>Workers that come, go, fail and fall silent.</content>
public sealed partial class Coordinator
{
    // Since when there has been no active worker; null while there is one.
    private TimeSpan? _noWorkerSince;
    private string? _lastWorkerError;

    private IEnumerable<WorkerSeat> ActiveWorkers => _workers.Values.Where(w => w.Status == WorkerStatus.Active);

    private int ActiveCount => ActiveWorkers.Count();

    private void OnWorkerReady(NodeId from, WorkerReady message)
    {
        if (!_workers.TryGetValue(from.Index, out WorkerSeat? worker))
        {
            worker = new WorkerSeat(from.Index, NewBudget()) { Incarnation = message.Incarnation, HeardAt = _now };
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
        else if (worker.Status == WorkerStatus.Left)
        {
            Send(from, new Dismissed(_fence, "it has left"));
            return;
        }
        else if (worker.Status == WorkerStatus.Silent || (worker.Status == WorkerStatus.Hung && message.IsIdle))
        {
            Admit(worker);
        }

        if (message.IsIdle)
        {
            worker.IsOverdue = false;
            RepeatIfForgotten(worker);
        }

        Send(from, new Welcomed(_fence));
        if (message.IsLeaving && worker.Status == WorkerStatus.Active)
        {
            worker.Status = WorkerStatus.Leaving;
            OnWorkerGone();
        }

        LetGoIfDone(worker);
        OnWorkersChanged();
    }

    private void Admit(WorkerSeat worker)
    {
        worker.Status = WorkerStatus.Active;
        worker.IsOverdue = false;
        _noWorkerSince = null;
        _outbox.Record(new WorkerJoined(_fence, worker.Node, worker.Incarnation));
    }

    /// <summary>An answer, even a late one, shows that the worker takes part again.</summary>
    private void HasAnswered(NodeId from)
    {
        if (!_workers.TryGetValue(from.Index, out WorkerSeat? worker))
            return;
        if (worker.Status is WorkerStatus.Silent or WorkerStatus.Hung)
            Admit(worker);
        worker.IsOverdue = false;
    }

    /// <summary>Somebody has come or is free: what waits for workers may go on.</summary>
    private void OnWorkersChanged()
    {
        TryBeginGeneration();
        if (Phase == CoordinatorPhase.AwaitingWorkers && ActiveCount >= _options.MinWorkers)
            AtBarrier();
        AssignPending();
    }

    private void OnNodeFaulted(NodeId from, NodeFaulted message)
    {
        if (message.Error.IsPermanent)
            Finish(JobOutcomeKind.Failed, $"{from}: {message.Error.Message}");
        else if (from.Role == NodeRole.Server && from.Index < _servers.Length)
            OnServerFaulted(_servers[from.Index], message);
        else if (from.Role == NodeRole.Worker && _workers.TryGetValue(from.Index, out WorkerSeat? worker))
            OnWorkerFaulted(worker, message);
        else if (from.Role == NodeRole.Worker)
            Send(from, new RestartGranted(_fence, message.Incarnation)); // it failed for a coordinator before this one
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
        _board.Release(worker.Index);
        OnWorkerGone();
        AssignPending();
    }

    private void OnWorkerGone()
    {
        if (_workers.Values.All(w => w.Status == WorkerStatus.GivenUp))
            Finish(JobOutcomeKind.LostCluster, $"no worker is left; the last one failed with: {_lastWorkerError}");
        else if (ActiveCount == 0)
            _noWorkerSince ??= _now;
    }

    /// <summary>A worker that wants to leave goes as soon as it holds no task.</summary>
    private void LetGoIfDone(WorkerSeat worker)
    {
        if (worker.Status != WorkerStatus.Leaving || (IsInRound && _board.IsBusy(worker.Index)))
            return;
        worker.Status = WorkerStatus.Left;
        _outbox.Record(new NodeLeft(_fence, worker.Node));
        Send(worker.Node, new Dismissed(_fence, "it has left"));
    }

    private void OnPeerLost(NodeId node)
    {
        const string Reason = "its connection is gone";
        if (node.Role == NodeRole.Worker && _workers.TryGetValue(node.Index, out WorkerSeat? worker))
        {
            LoseWorker(worker, WorkerStatus.Silent, Reason);
        }
        else if (node.Role == NodeRole.Server && node.Index < _servers.Length && _servers[node.Index].IsPresent)
        {
            _outbox.Record(new NodeLost(_fence, node, Reason));
            LoseServer(_servers[node.Index], Reason);
        }
    }

    private void LoseWorker(WorkerSeat worker, WorkerStatus status, string reason)
    {
        if (worker.Status is not (WorkerStatus.Active or WorkerStatus.Leaving))
            return;
        _outbox.Record(new NodeLost(_fence, worker.Node, reason));
        worker.Status = status;
        _board.Release(worker.Index);
        OnWorkerGone();
        AssignPending();
    }

    /// <summary>Nodes that said nothing for too long are lost, until they speak again.</summary>
    private void ReviewSilence()
    {
        foreach (WorkerSeat worker in _workers.Values)
        {
            if (_now - worker.HeardAt >= _options.WorkerSilenceTimeout)
                LoseWorker(worker, WorkerStatus.Silent, $"nothing from it for {_now - worker.HeardAt}");
        }

        foreach (ServerSeat server in _servers)
        {
            if (!server.IsPresent || _now - server.HeardAt < _options.ServerSilenceTimeout)
                continue;
            string reason = $"nothing from it for {_now - server.HeardAt}";
            _outbox.Record(new NodeLost(_fence, server.Node, reason));
            LoseServer(server, reason);
        }
    }

    private void AwaitWorkers()
    {
        EnterPhase(CoordinatorPhase.AwaitingWorkers);
        _outbox.Record(new WorkersAwaited(_fence, ActiveCount, _options.MinWorkers));
    }

    private void ReviewAwaitedWorkers()
    {
        if (_now - _phaseSince >= _options.MinWorkersTimeout)
            LoseCluster($"there have been fewer than {_options.MinWorkers} workers for {_options.MinWorkersTimeout}");
    }

    private void LoseCluster(string reason) => Finish(
        JobOutcomeKind.LostCluster,
        _lastWorkerError is null ? reason : $"{reason}; the last one failed with: {_lastWorkerError}");
}
