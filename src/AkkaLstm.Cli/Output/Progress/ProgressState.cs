using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Output.Progress;

/// <summary>What a progress display shows, as one consistent picture.</summary>
/// <param name="Epoch">Epoch in work, from 1.</param>
/// <param name="EpochCount">Most epochs.</param>
/// <param name="Step">Closed steps.</param>
/// <param name="StepCount">Steps at the end of the last epoch.</param>
/// <param name="Loss">Mean training loss of the recent steps.</param>
/// <param name="ValidationLoss">After the last finished epoch; null before the first.</param>
/// <param name="TargetsPerSecond">Counted elements trained on per second, recently.</param>
/// <param name="Remaining">Time left at that speed if no early stop comes; null while unknown.</param>
/// <param name="SlowWorker">Who holds up the others, recently; null where nobody does.</param>
internal sealed record ProgressPicture(
    int Epoch,
    int EpochCount,
    long Step,
    long StepCount,
    double Loss,
    double? ValidationLoss,
    double TargetsPerSecond,
    TimeSpan? Remaining,
    SlowestWorker? SlowWorker);

/// <summary>Follows a run for displays: smooths losses and speeds, so that the numbers can be read.</summary>
internal sealed class ProgressState
{
    // Weight of the past in the running means: about the last twenty steps count.
    private const double Memory = 0.95;

    private readonly Lock _lock = new();
    private TrainingStarted? _started;
    private StepReport _last;
    private double _lossSum;
    private double _rateSum;
    private double _stepSecondsSum;
    private double _weight;
    private double _rateWeight;
    private double? _validationLoss;
    private readonly SortedDictionary<int, double> _secondsPerShard = [];

    /// <summary>The present picture; null before the run has started.</summary>
    public ProgressPicture? Picture
    {
        get
        {
            lock (_lock)
            {
                if (_started is not { } started)
                    return null;
                long stepCount = StepCount(started);
                long step = Math.Max(_last.Step, started.FirstStep);
                double stepSeconds = _rateWeight > 0 ? _stepSecondsSum / _rateWeight : 0;
                TimeSpan? remaining =
                    _rateWeight > 0 ? TimeSpan.FromSeconds(stepSeconds * Math.Max(0, stepCount - step)) : null;
                int epoch = Math.Min((int)(step / started.StepsPerEpoch) + 1, started.EpochCount);
                return new ProgressPicture(
                    epoch, started.EpochCount, step, stepCount, _weight > 0 ? _lossSum / _weight : double.NaN,
                    _validationLoss,
                    stepSeconds > 0 ? _rateSum / _stepSecondsSum : 0, remaining, SlowWorker());
            }
        }
    }

    /// <summary>Notes the start.</summary>
    public void OnStarted(TrainingStarted started)
    {
        lock (_lock)
            _started = started;
    }

    /// <summary>Notes a step.</summary>
    public void OnStep(StepReport step)
    {
        lock (_lock)
        {
            if (_weight > 0)
            {
                // Time between two closed steps: validation and checkpoints are in it, as they are in the time
                // left.
                _rateSum = (Memory * _rateSum) + step.Count;
                _stepSecondsSum = (Memory * _stepSecondsSum) + (step.Elapsed - _last.Elapsed).TotalSeconds;
                _rateWeight = (Memory * _rateWeight) + 1;
            }

            _lossSum = (Memory * _lossSum) + step.Loss;
            _weight = (Memory * _weight) + 1;
            _last = step;
            if (step.Workers is { Count: > 1 } workers)
                NoteWorkers(workers);
        }
    }

    /// <summary>Notes an epoch.</summary>
    public void OnEpoch(EpochReport epoch)
    {
        lock (_lock)
            _validationLoss = epoch.ValidationLoss;
    }

    private void NoteWorkers(IReadOnlyList<WorkerTiming> workers)
    {
        foreach (WorkerTiming worker in workers.Where(worker => worker.ShardCount > 0))
        {
            double present = worker.Compute.TotalSeconds / worker.ShardCount;
            double past = _secondsPerShard.GetValueOrDefault(worker.Worker.Index, present);
            _secondsPerShard[worker.Worker.Index] = (Memory * past) + ((1 - Memory) * present);
        }
    }

    private SlowestWorker? SlowWorker() =>
        SlowestWorker.Of(_secondsPerShard.Select(worker => (worker.Key, worker.Value))) is { Matters: true } slow
            ? slow
            : null;

    private static long StepCount(TrainingStarted started)
    {
        long all = (long)started.StepsPerEpoch * started.EpochCount;
        return started.Plan.Steps is { } most ? Math.Min(most, all) : all;
    }
}
