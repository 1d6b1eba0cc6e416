using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <content>Who computes which shards of a round, and who takes too long.</content>
public sealed partial class Coordinator
{
    // Times that workers took for their shares: of the last round by kind (zero: none yet), and in the round
    // in hand.
    private readonly TimeSpan[] _medianTurnaround = new TimeSpan[2];
    private readonly List<TimeSpan> _turnarounds = [];

    private ShardBoard _board;
    private RoundKind _roundKind;
    private int _dealtCount;
    private int[] _shares = [];

    private bool IsInRound => Phase is CoordinatorPhase.Computing or CoordinatorPhase.Evaluating;

    private void DealOut()
    {
        // Workers that have not answered since they were overdue get no more, unless there is nobody else.
        List<WorkerSeat> active = [.. ActiveWorkers];
        if (active.Exists(w => !w.IsOverdue))
            active.RemoveAll(w => w.IsOverdue);
        int[] shares = WorkShares.Deal(
            _board.ShardCount, [.. active.Select(w => w.Speeds[(int)_roundKind].TimePerShard)]);
        _board.DealOut([.. active.Select(w => w.Index)], shares);
        _dealtCount = shares.Count(share => share > 0);
        RecordShares(active, shares);
        for (int i = 0; i < active.Count; i++)
        {
            if (shares[i] > 0)
                Assign(active[i], [.. _board.HeldBy(active[i].Index)]);
            else
                active[i].Speeds[(int)_roundKind].SatOut();
        }
    }

    /// <summary>An event when shares become uneven, change, or become even again.</summary>
    private void RecordShares(List<WorkerSeat> workers, int[] shares)
    {
        if (_roundKind != RoundKind.Training || shares.AsSpan().SequenceEqual(_shares))
            return;
        bool wasEven = _shares.AsSpan().SequenceEqual(WorkShares.Even(_board.ShardCount, _shares.Length));
        bool isEven = shares.AsSpan().SequenceEqual(WorkShares.Even(_board.ShardCount, shares.Length));
        _shares = shares;
        if (!wasEven || !isEven)
            _outbox.Record(new SharesChanged(_fence, [.. workers.Select(w => w.Node)], shares));
    }

    private void Assign(WorkerSeat worker, IReadOnlyList<ShardRange> ranges)
    {
        worker.AssignedAt ??= _now;
        worker.LastProgress = _now;
        worker.AskedAt = _now;
        worker.IsOverdue = false;
        Send(worker.Node, AssignmentOf(ranges));
    }

    private StepAssigned AssignmentOf(IReadOnlyList<ShardRange> ranges) =>
        new(_fence, _roundKind, _progress.Epoch, _progress.StepInEpoch, Holders, ranges);

    /// <summary>
    /// A worker that has nothing to do and owes an answer has not got its tasks, or its answer got lost.
    /// </summary>
    private void RepeatIfForgotten(WorkerSeat worker)
    {
        if (!IsInRound || !_board.IsBusy(worker.Index) || _now - worker.AskedAt < _options.RepeatInterval)
            return;
        worker.AskedAt = _now;
        StepAssigned assignment = AssignmentOf([.. _board.HeldBy(worker.Index)]);
        _outbox.Record(new RequestRepeated(_fence, worker.Node, nameof(StepAssigned)));
        Send(worker.Node, assignment);
    }

    /// <summary>Gives what nobody works on to workers that have nothing to do.</summary>
    private void AssignPending()
    {
        if (!_board.HasPending || !IsInRound)
            return;
        List<int> free = [.. ActiveWorkers.Where(w => !w.IsOverdue && !_board.IsBusy(w.Index)).Select(w => w.Index)];
        foreach ((int index, IReadOnlyList<ShardRange> ranges) in _board.DealPending(free))
        {
            WorkerSeat worker = _workers[index];
            _outbox.Record(new TasksReassigned(_fence, worker.Node, ranges));
            Assign(worker, [.. ranges]);
        }
    }

    private void OnShardReported(NodeId from, ShardReported message)
    {
        HasAnswered(from);
        if (!IsInRound || message.Kind != _roundKind)
        {
            Drop(from, message, DropReason.Stale);
            return;
        }

        if (message.Shards.End > _board.ShardCount)
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        bool isNew = _board.Report(message.Shards, message.Losses);
        if (_workers.TryGetValue(from.Index, out WorkerSeat? worker))
        {
            if (isNew)
                Credit(worker, message);
            LetGoIfDone(worker);
        }

        if (!isNew)
            Drop(from, message, DropReason.Duplicate);
        if (!_board.IsComplete)
            AssignPending();
        else if (!isNew)
            return;
        else if (_roundKind == RoundKind.Training)
            OnStepPartIn();
        else
            CloseEvaluation();
    }

    private void Credit(WorkerSeat worker, ShardReported message)
    {
        TimeSpan turnaround = _now - (worker.AssignedAt ?? _now);
        worker.LastProgress = _now;

        // What a worker says of its time is only ever added up: no claim may make the sum overflow.
        TimeSpan compute = message.Compute < turnaround ? message.Compute : turnaround;
        worker.Round.AddAnswer(message.Shards.Count, compute, turnaround);
        if (!_board.IsBusy(worker.Index))
            _turnarounds.Add(turnaround);
    }

    /// <summary>What the round taught about workers' speeds, and what counts as slow from now on.</summary>
    private void EndRound()
    {
        foreach (WorkerSeat worker in _workers.Values.Where(w => w.Round.ShardCount > 0))
            worker.Speeds[(int)_roundKind].Measured(worker.Round.Turnaround / worker.Round.ShardCount);
        if (_turnarounds.Count > 0)
            _medianTurnaround[(int)_roundKind] = Median(_turnarounds);
    }

    /// <summary>The longest time in the round that a worker waited for parameters, and its answers were under way.</summary>
    private TimeSpan SlowestTransfer() => _workers.Values
        .Select(w => w.Round.Transfer)
        .DefaultIfEmpty()
        .Max();

    private void ReviewTasks()
    {
        TimeSpan limit = TaskTimeout();
        foreach (WorkerSeat worker in _workers.Values)
        {
            if (worker.Status is not (WorkerStatus.Active or WorkerStatus.Leaving) || !_board.IsBusy(worker.Index))
                continue;
            TimeSpan owing = _now - worker.LastProgress;
            if (owing >= limit && !worker.IsOverdue)
            {
                worker.IsOverdue = true;
                _outbox.Record(new WorkerOverdue(_fence, worker.Node, owing));
                _board.Duplicate(worker.Index);

                // In case the first message or its answer got lost.
                Send(worker.Node, AssignmentOf([.. _board.HeldBy(worker.Index)]));
            }

            if (owing >= _options.WorkerLostTimeout && owing >= limit * 2)
                LoseWorker(worker, WorkerStatus.Hung, $"it owes an answer for {owing}");
        }

        if (_noWorkerSince is { } since && _now - since >= _options.MinWorkersTimeout)
            LoseCluster($"there has been no worker for {_options.MinWorkersTimeout}");
        else
            AssignPending();
    }

    /// <summary>
    /// A multiple of the median of the last round. In the first round, of those who have answered once they are
    /// half of all.
    /// </summary>
    private TimeSpan TaskTimeout()
    {
        TimeSpan median = _medianTurnaround[(int)_roundKind];
        if (median == TimeSpan.Zero && _turnarounds.Count > 0 && _turnarounds.Count * 2 >= _dealtCount)
            median = Median(_turnarounds);
        if (median == TimeSpan.Zero)
            return _options.FirstTaskTimeout;
        TimeSpan limit = median * _options.OverdueFactor;
        return limit > _options.MinTaskTimeout ? limit : _options.MinTaskTimeout;
    }

    private static TimeSpan Median(List<TimeSpan> times)
    {
        TimeSpan[] ordered = [.. times.Order()];
        return ordered[ordered.Length / 2];
    }
}
