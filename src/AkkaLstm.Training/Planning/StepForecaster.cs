using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Training.Planning;

/// <summary>
/// Forecasts from the times of a run's own steps what other numbers of workers would bring, once enough steps have
/// been seen; it measures nothing itself. A worker's time is taken as proportional to its shards, what is left of a
/// step as constant: good for orientation, <see cref="CapacityPlanner"/> measures more.
/// </summary>
internal sealed class StepForecaster(int batch, int shards, int workers)
{
    private const int EnoughSteps = 20;

    /// <summary>Steps that do where they are so long that warm-up cannot matter.</summary>
    private const int EnoughLongSteps = 4;

    /// <summary>Before, the runtime may still be compiling.</summary>
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongTime = TimeSpan.FromSeconds(3);

    private readonly Queue<(double Step, double ShardCompute, double Remainder)> _recent = [];
    private TimeSpan _elapsed;
    private bool _isDone;

    /// <summary>Notes a step; returns the forecast once, when it can be made.</summary>
    public ScalingForecast? OnStep(StepReport step)
    {
        if (_isDone || step.Workers is not { Count: > 0 } timings)
            return null;
        _elapsed += step.Duration;
        WorkerTiming slowest = timings.MaxBy(timing => timing.Compute)!;
        double compute = timings.Sum(timing => timing.Compute.TotalSeconds);
        _recent.Enqueue((
            step.Duration.TotalSeconds,
            compute / timings.Sum(timing => timing.ShardCount),
            Math.Max(0, (step.Duration - slowest.Compute).TotalSeconds)));
        if (_recent.Count > EnoughSteps)
            _recent.Dequeue();
        bool isEnough = (_recent.Count == EnoughSteps && _elapsed >= WarmUpTime)
            || (_recent.Count >= EnoughLongSteps && _elapsed >= LongTime);
        if (!isEnough)
            return null;
        _isDone = true;
        return Forecast();
    }

    private ScalingForecast? Forecast()
    {
        double step = Medians.Of([.. _recent.Select(seen => seen.Step)]);
        double shard = Medians.Of([.. _recent.Select(seen => seen.ShardCompute)]);
        double rest = Medians.Of([.. _recent.Select(seen => seen.Remainder)]);
        if (step <= 0 || shard <= 0)
            return null;
        var planner = new CapacityPlanner(
            new StepCosts
            {
                Batch = batch,
                Shards = shards,
                Compute = [new ComputePoint(batch, shards, shard * shards, GradientBytes: 0)],
                EmptySteps = [new EmptyStep(1, rest)],
                Cores = CapacityPlanner.MostWorkers,
            },
            link: null);
        PayingLimit limit = planner.LimitOf(shards);
        int paying = Math.Max(limit.Best.Step.Workers, 1);
        int more = Math.Clamp(2 * workers, 1, Math.Max(paying, workers));

        // By the model of the run as it is, not by its step: a run that waits for a disturbed worker would else be
        // promised more than twice the speed for twice the workers.
        double speedup = planner.RowOf(shards, more).Speedup / planner.RowOf(shards, workers).Speedup;
        return new ScalingForecast(workers, shards, step, more, speedup, paying, limit.Reason);
    }
}
