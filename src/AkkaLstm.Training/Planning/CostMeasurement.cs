using System.Diagnostics;
using System.Numerics;
using AkkaLstm.Data;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Training.Planning;

/// <summary>
/// Measures what the pieces of a job's training step cost on this machine: the job's own model, data and optimizer,
/// on one thread, in orders of several sizes.
/// </summary>
public static class CostMeasurement
{
    /// <summary>Every size is measured in this many rounds, so that a disturbance meets few of its figures.</summary>
    private const int RoundCount = 3;

    private const int LeastRepetitions = 2;
    private const int MostRepetitions = 200;

    /// <summary>Least time of one size in one round.</summary>
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(60);

    /// <summary>Until then the runtime may still be compiling.</summary>
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromMilliseconds(800);

    /// <summary>Measures a job. Takes some seconds; more where a step does.</summary>
    /// <param name="plan">The job.</param>
    /// <param name="engine">Runs steps without mathematics, for what messages cost.</param>
    /// <param name="cores">Processor cores to share.</param>
    /// <param name="stop">Ends the measurement.</param>
    /// <exception cref="AkkaLstm.Numerics.BadInputException">The data cannot be used.</exception>
    public static async Task<StepCosts> MeasureAsync(
        TrainingPlan plan, JobEngine engine, int cores, CancellationToken stop)
    {
        List<EmptyStep> emptySteps = [];
        foreach (int workers in new SortedSet<int> { 1, 2, 4, cores })
            emptySteps.Add(await EmptySteps.MeasureAsync(engine, workers, stop));

        string directory = Directory.CreateTempSubdirectory("akkalstm-plan-").FullName;
        try
        {
            DataSet data = DataSets.Open(plan.ToDataOptions());
            return Measure(plan, data, directory, cores, emptySteps, stop);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static StepCosts Measure(
        TrainingPlan plan,
        DataSet data,
        string directory,
        int cores,
        IReadOnlyList<EmptyStep> emptySteps,
        CancellationToken stop)
    {
        using var rig = new StepRig(plan, data, directory, plan.Shards);
        int mostShards = MostShards(plan.Batch);
        using StepRig? other = mostShards > 1
            ? new StepRig(plan, data, directory, plan.Shards == mostShards ? 1 : mostShards)
            : null;
        rig.EnsureWorkers(Math.Min(cores, plan.Shards));
        other?.EnsureWorkers(1);

        // Orders of the plan's own shards, and orders smaller than one of them from the finest division.
        List<Size> sizes = [.. OrdersOf(rig, plan.Shards)];
        if (other is not null && other.Plan.Shards > plan.Shards)
            sizes.AddRange(OrdersOf(other, other.Plan.Shards).Where(size => size.Lanes < plan.LanesPerShard));
        var otherWhole = other is null ? null : new Size(other, new ShardRange(0, other.Plan.Shards));
        var whole = new WholeStep(rig);

        WarmUp(whole.Run, stop);
        foreach (Size size in sizes)
            WarmUp(size.Run, stop, TimeSpan.Zero);
        otherWhole?.Run();
        using var crowd = new CrowdedCores(rig);
        WarmUp(crowd.Run, stop, TimeSpan.Zero);
        for (int round = 0; round < RoundCount; round++)
        {
            Repeat(whole.Run, stop);
            foreach (Size size in sizes)
                Repeat(size.Run, stop);
            if (otherWhole is not null)
                Repeat(otherWhole.Run, stop);
            Repeat(crowd.Run, stop);
        }

        ComputePoint[] points = [.. sizes.Select(size => size.Point)];
        return new StepCosts
        {
            Batch = plan.Batch,
            Shards = plan.Shards,
            Compute = points,
            ShardSeconds = otherWhole is null ? 0 : ShardSeconds(otherWhole.Point, points.MaxBy(point => point.Lanes)!),
            PackSeconds = Medians.Of(whole.Pack),
            ReduceSeconds = Medians.Of(whole.ReduceOne),
            ReducePartSeconds = whole.ReduceTwo.Count == 0
                ? 0
                : Math.Max(0, Medians.Of(whole.ReduceTwo) - Medians.Of(whole.ReduceOne)),
            ApplySeconds = Medians.Of(whole.Apply),
            EmptySteps = emptySteps,
            Cores = cores,
            CrowdFactor = crowd.Factor,
            ParameterBytes = rig.ParameterBytes,
            CarryBytes = rig.CarryBytes,
            LargestSliceShares = rig.LargestSliceShares(CapacityPlanner.MostWorkers),
        };
    }

    /// <summary>The finest division of a batch into a power of two of equal shards.</summary>
    private static int MostShards(int batch) =>
        Math.Min(1 << BitOperations.TrailingZeroCount((uint)batch), CapacityPlanner.MostWorkers);

    private static IEnumerable<Size> OrdersOf(StepRig rig, int shards)
    {
        for (int count = 1; count <= shards; count *= 2)
            yield return new Size(rig, new ShardRange(0, count));
    }

    /// <summary>What a shard more in the whole batch costs; noise must not make it a gain.</summary>
    private static double ShardSeconds(ComputePoint a, ComputePoint b) =>
        Math.Max(0, (a.Seconds - b.Seconds) / (a.Shards - b.Shards));

    private static void WarmUp(Action run, CancellationToken stop, TimeSpan? least = null) =>
        RepeatFor(run, least ?? WarmUpTime, LeastRepetitions, int.MaxValue, stop);

    private static void Repeat(Action run, CancellationToken stop) =>
        RepeatFor(run, RoundTime, LeastRepetitions, MostRepetitions, stop);

    private static void RepeatFor(Action run, TimeSpan time, int least, int most, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < most && (i < least || Stopwatch.GetElapsedTime(start) < time); i++)
        {
            stop.ThrowIfCancellationRequested();
            run();
        }
    }

    /// <summary>An order of one size, as a worker gets it.</summary>
    private sealed class Size(StepRig rig, ShardRange shards)
    {
        private readonly List<double> _seconds = [];
        private double _gradientBytes;

        public int Lanes { get; } = shards.Count * rig.Plan.LanesPerShard;

        public ComputePoint Point => new(Lanes, shards.Count, Medians.Of(_seconds), _gradientBytes);

        public void Run()
        {
            rig.Pack();
            (double seconds, ShardsComputed answer) = rig.Compute(shards);
            _seconds.Add(seconds);
            _gradientBytes = Math.Max(_gradientBytes, answer.Gradient.Bytes);
        }
    }

    /// <summary>Whole steps, with the gradient in one part and in two: what is not a worker's order.</summary>
    private sealed class WholeStep(StepRig rig)
    {
        public List<double> Pack { get; } = [];

        public List<double> ReduceOne { get; } = [];

        public List<double> ReduceTwo { get; } = [];

        public List<double> Apply { get; } = [];

        public void Run()
        {
            int shards = rig.Plan.Shards;
            Pack.Add(rig.Pack());
            ReduceOne.Add(rig.Reduce(PartOf(new ShardRange(0, shards))));
            Apply.Add(rig.Apply());
            if (shards == 1)
                return;
            (ShardRange left, ShardRange right) = new ShardRange(0, shards).Split();
            Pack.Add(rig.Pack());
            ReduceTwo.Add(rig.Reduce(PartOf(left), PartOf(right)));
            Apply.Add(rig.Apply());
        }

        private GradientPart PartOf(ShardRange shards) => new(shards, rig.Compute(shards).Answer.Gradient);
    }
}
