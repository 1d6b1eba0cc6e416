using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <content>Training steps and validation: rounds of shard tasks between two barriers.</content>
public sealed partial class Coordinator
{
    // Of the step that is being applied; the decision is null when none is.
    private LossTotal _stepLoss;
    private double _gradientNorm;
    private StepDecision? _stepDecision;
    private TimeSpan _stepSince;

    // From the last report of a step to its last sum.
    private readonly TransferPace _reductionPace;

    private void BeginStep() => BeginRound(CoordinatorPhase.Computing, RoundKind.Training, _job.ShardCount);

    private void BeginRound(CoordinatorPhase phase, RoundKind kind, int shardCount)
    {
        if (ActiveCount < _options.MinWorkers)
        {
            AwaitWorkers();
            return;
        }

        EnterPhase(phase);
        _stepSince = _now;
        _roundKind = kind;
        _turnarounds.Clear();
        _board = new ShardBoard(shardCount);
        _poll = null;
        if (kind == RoundKind.Training)
        {
            // Nothing is asked yet: servers answer once all gradients have reached them.
            _poll = new ServerPoll(_servers, typeof(SliceReduced), _ => new ReductionAwaited(_fence));
            foreach (ServerSeat server in Members)
                _poll.Ask(server);
        }

        foreach (WorkerSeat worker in _workers.Values)
        {
            worker.Round.Clear();
            worker.AssignedAt = null;
        }

        DealOut();
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
        foreach (SliceReduced slice in _poll.AnswersBySlice<SliceReduced>())
        {
            foreach (double blockSquareSum in slice.BlockSquareSums)
                squareSum += blockSquareSum;
        }

        _reductionPace.Add(_now - _poll.DueSince.Value);
        EndRound();
        _stepLoss = _board.Total();
        _gradientNorm = Math.Sqrt(squareSum);
        StepDecision decision = _policy.DecideStep(_progress, _stepLoss, _gradientNorm);
        if (decision.Failure is { } failure)
        {
            Finish(JobOutcomeKind.Failed, failure);
            return;
        }

        _stepDecision = decision;
        JobProgress after = AfterStep();
        long? unsavedBest = _checkpoints.UnsavedBestStep;
        Ask<SliceUpdated>(CoordinatorPhase.Applying, Members, _ => new ApplyUpdate(_fence, decision, after, unsavedBest));
    }

    private JobProgress AfterStep() => _progress with
    {
        Step = _progress.Step + 1,
        StepInEpoch = _progress.StepInEpoch + 1,
        EpochLoss = _progress.EpochLoss.Plus(_stepLoss),
    };

    private void OnGradientMissing(NodeId from, GradientMissing message)
    {
        if (Phase != CoordinatorPhase.Computing)
        {
            Drop(from, message, DropReason.Stale);
            return;
        }

        if (!Holds(from, message.Slice) || message.Ranges.Any(range => range.End > _board.ShardCount))
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        IReadOnlyList<ShardRange> lost = _board.Reopen(message.Ranges);
        if (lost.Count == 0)
            return;
        _outbox.Record(new GradientRecomputed(_fence, message.Slice, lost));
        AssignPending();
    }

    private void CloseStep()
    {
        RecordStep();
        AtBarrier();
    }

    /// <summary>The step in hand is applied on all servers.</summary>
    private void RecordStep()
    {
        TimeSpan duration = _now - _stepSince;
        var timings = new List<WorkerTiming>();
        foreach (WorkerSeat worker in _workers.Values.Where(w => w.Round.ShardCount > 0))
        {
            worker.Round.EndRound(duration);
            timings.Add(worker.Round.Of(worker.Node));
            worker.Epoch.Add(worker.Round);
        }

        _outbox.Record(new StepClosed(
            _fence, _progress.Epoch, _progress.StepInEpoch, _stepLoss, _gradientNorm, _stepDecision!, duration, timings));
        _stepDecision = null;
        _progress = AfterStep();
        _fence = _fence.At(_progress.Step);
    }

    private void CloseEvaluation()
    {
        EndRound();
        CloseEpoch(_board.Total());
    }

    private void CloseEpoch(LossTotal? validation)
    {
        EpochDecision decision = _policy.DecideEpoch(_progress, _progress.EpochLoss, validation);
        var timings = new List<WorkerTiming>();
        foreach (WorkerSeat worker in _workers.Values.Where(w => w.Epoch.ShardCount > 0))
        {
            timings.Add(worker.Epoch.Of(worker.Node));
            worker.Epoch.Clear();
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
}
