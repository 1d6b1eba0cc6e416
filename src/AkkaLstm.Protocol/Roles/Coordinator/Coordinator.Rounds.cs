using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <content>Training steps and validation: rounds of shard tasks between two barriers.</content>
public sealed partial class Coordinator
{
    // Longest time per shard of any task: of the last round by kind (zero: none yet), and of the round in
    // hand.
    private readonly TimeSpan[] _pace = new TimeSpan[2];
    private TimeSpan _roundPace;

    private ShardBoard _board;
    private RoundKind _roundKind;

    // Invariant: not null in the phases that wait for servers.
    private ServerPoll? _poll;

    // Of the step that is being applied.
    private LossTotal _stepLoss;
    private double _gradientNorm;
    private StepDecision? _stepDecision;

    private void BeginStep()
    {
        // Nothing is asked yet: servers answer once all gradients have reached them.
        _poll = new ServerPoll(_servers.Length, _ => new ReductionAwaited(_fence));
        BeginRound(CoordinatorPhase.Computing, RoundKind.Training, _job.ShardCount);
    }

    private void BeginEvaluation() =>
        BeginRound(CoordinatorPhase.Evaluating, RoundKind.Evaluation, _job.ValidationShardCount);

    private void BeginRound(CoordinatorPhase phase, RoundKind kind, int shardCount)
    {
        EnterPhase(phase);
        _roundKind = kind;
        _roundPace = TimeSpan.Zero;
        _board = new ShardBoard(shardCount);
        foreach (WorkerSeat worker in _workers.Values)
            (worker.RoundShardCount, worker.RoundCompute) = (0, TimeSpan.Zero);

        // Workers that have not spoken since they were overdue get no more, unless there is nobody else.
        List<WorkerSeat> active = [.. _workers.Values.Where(w => w.Status == WorkerStatus.Active)];
        if (active.Exists(w => !w.IsOverdue))
            active.RemoveAll(w => w.IsOverdue);
        _board.DealOut([.. active.Select(w => w.Index)]);
        foreach (WorkerSeat worker in active.Where(w => _board.IsBusy(w.Index)))
            Assign(worker, [.. _board.HeldBy(worker.Index)]);
    }

    private void Assign(WorkerSeat worker, IReadOnlyList<ShardRange> ranges)
    {
        worker.LastProgress = _now;
        worker.IsOverdue = false;
        Send(worker.Node, AssignmentOf(ranges));
    }

    private StepAssigned AssignmentOf(IReadOnlyList<ShardRange> ranges) =>
        new(_fence, _roundKind, _progress.Epoch, _progress.StepInEpoch, _servers.Length, ranges);

    /// <summary>Gives what nobody works on to workers that have nothing to do.</summary>
    private void AssignPending()
    {
        if (!_board.HasPending || !IsInRound)
            return;
        List<int> free =
        [
            .. _workers.Values
                .Where(w => w.Status == WorkerStatus.Active && !w.IsOverdue && !_board.IsBusy(w.Index))
                .Select(w => w.Index),
        ];
        foreach ((int index, IReadOnlyList<ShardRange> ranges) in _board.DealPending(free))
        {
            WorkerSeat worker = _workers[index];
            _outbox.Record(new TasksReassigned(_fence, worker.Node, ranges));
            Assign(worker, [.. ranges]);
        }
    }

    private bool IsInRound => Phase is CoordinatorPhase.Computing or CoordinatorPhase.Evaluating;

    private void OnShardReported(NodeId from, ShardReported message)
    {
        HeardFrom(from);
        if (!IsInRound || message.Kind != _roundKind)
        {
            Drop(from, message, DropReason.Stale);
            return;
        }

        if (!_board.Report(message.Shards, message.Losses))
        {
            Drop(from, message, DropReason.Duplicate);
            AssignPending();
            return;
        }

        if (_workers.TryGetValue(from.Index, out WorkerSeat? worker))
        {
            worker.LastProgress = _now;
            worker.RoundShardCount += message.Shards.Count;
            worker.RoundCompute += message.Compute;
        }

        TimeSpan pace = message.Compute / message.Shards.Count;
        _roundPace = pace > _roundPace ? pace : _roundPace;
        if (!_board.IsComplete)
            AssignPending();
        else if (_roundKind == RoundKind.Training)
            OnStepPartIn();
        else
            CloseEvaluation();
    }

    private void OnSliceReduced(NodeId from, SliceReduced message)
    {
        if (Accept(CoordinatorPhase.Computing, from, message))
            OnStepPartIn();
    }

    /// <summary>Losses and sums come in any order; the step is decided when both are complete.</summary>
    private void OnStepPartIn()
    {
        if (!_board.IsComplete)
            return;
        _poll!.DueSince ??= _now;
        if (!_poll.IsComplete)
            return;

        // Blocks in order, whatever the number of slices; only the sum of all may depend on nothing else.
        double squareSum = 0;
        foreach (SliceReduced slice in _poll.Answers<SliceReduced>())
        {
            foreach (double blockSquareSum in slice.BlockSquareSums)
                squareSum += blockSquareSum;
        }

        _pace[(int)_roundKind] = _roundPace;
        _stepLoss = _board.Total();
        _gradientNorm = Math.Sqrt(squareSum);
        _stepDecision = _policy.DecideStep(_progress, _stepLoss, _gradientNorm);
        if (_stepDecision.Failure is { } failure)
        {
            Finish(JobOutcomeKind.Failed, failure);
            return;
        }

        TimeSpan computingSince = _phaseSince;
        Ask(CoordinatorPhase.Applying, _ => new ApplyUpdate(_fence, _stepDecision));
        _phaseSince = computingSince; // the step's duration counts from its assignment
    }

    private void OnGradientMissing(NodeId from, GradientMissing message)
    {
        if (Phase != CoordinatorPhase.Computing)
        {
            Drop(from, message, DropReason.Stale);
            return;
        }

        IReadOnlyList<ShardRange> lost = _board.Reopen(message.Ranges);
        if (lost.Count == 0)
            return;
        _outbox.Record(new GradientRecomputed(_fence, message.Slice, lost));
        AssignPending();
    }

    private void OnSliceUpdated(NodeId from, SliceUpdated message)
    {
        if (Accept(CoordinatorPhase.Applying, from, message) && _poll!.IsComplete)
            CloseStep();
    }

    private void CloseStep()
    {
        TimeSpan duration = _now - _phaseSince;
        var timings = new List<WorkerTiming>();
        foreach (WorkerSeat worker in _workers.Values)
        {
            if (worker.RoundShardCount == 0)
                continue;
            timings.Add(new WorkerTiming(
                worker.Node, worker.RoundShardCount, worker.RoundCompute, duration - worker.RoundCompute));
            worker.EpochShardCount += worker.RoundShardCount;
            worker.EpochCompute += worker.RoundCompute;
            worker.EpochWait += duration - worker.RoundCompute;
        }

        _outbox.Record(new StepClosed(
            _fence, _progress.Epoch, _progress.StepInEpoch, _stepLoss, _gradientNorm, _stepDecision!, duration, timings));
        _progress = _progress with
        {
            Step = _progress.Step + 1,
            StepInEpoch = _progress.StepInEpoch + 1,
            EpochLoss = _progress.EpochLoss.Plus(_stepLoss),
        };
        _fence = _fence.At(_progress.Step);
        AtBarrier();
    }

    private void CloseEvaluation()
    {
        _pace[(int)_roundKind] = _roundPace;
        CloseEpoch(_board.Total());
    }

    private void CloseEpoch(LossTotal? validation)
    {
        EpochDecision decision = _policy.DecideEpoch(_progress, _progress.EpochLoss, validation);
        var timings = new List<WorkerTiming>();
        foreach (WorkerSeat worker in _workers.Values.Where(w => w.EpochShardCount > 0))
        {
            timings.Add(new WorkerTiming(worker.Node, worker.EpochShardCount, worker.EpochCompute, worker.EpochWait));
            (worker.EpochShardCount, worker.EpochCompute, worker.EpochWait) = (0, TimeSpan.Zero, TimeSpan.Zero);
        }

        _outbox.Record(new EpochClosed(
            _fence, _progress.Epoch, _progress.EpochLoss, validation, decision, timings));
        _progress = _progress with
        {
            Epoch = _progress.Epoch + 1,
            StepInEpoch = 0,
            EpochLoss = default,
            PolicyState = decision.PolicyState,
            IsStoppedEarly = decision.Stop,
        };
        if (decision.IsBest || (_job.Checkpoints.AtEpochEnd && !IsJobComplete))
            BeginSnapshot(IsJobComplete ? CheckpointReason.Final : CheckpointReason.EpochEnd, decision.IsBest);
        else
            AtBarrier();
    }

    /// <summary>Puts a question to all servers and waits for their answers in a phase.</summary>
    private void Ask(CoordinatorPhase phase, Func<SliceId, Message> question)
    {
        EnterPhase(phase);
        _poll = new ServerPoll(_servers.Length, question) { DueSince = _now, RepeatedAt = _now };
        for (int slice = 0; slice < _servers.Length; slice++)
            Send(_servers[slice].Node, _poll.QuestionFor(slice));
    }

    /// <summary>
    /// Takes a server's answer to the question of a phase; false when it is late or repeated.
    /// </summary>
    private bool Accept(CoordinatorPhase phase, NodeId from, Message message)
    {
        if (Phase != phase)
            Drop(from, message, DropReason.Stale);
        else if (!_poll!.TryAdd(from.Index, message))
            Drop(from, message, DropReason.Duplicate);
        else
            return true;
        return false;
    }
}
