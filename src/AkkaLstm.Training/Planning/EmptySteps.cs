using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Training.Planning;

/// <summary>Measures an engine's steps in which nothing is computed: what is left are its messages.</summary>
internal static class EmptySteps
{
    private const int StepCount = 600;
    private const int WarmUpSteps = 200;

    /// <summary>Median step for a number of workers and one server.</summary>
    public static async Task<EmptyStep> MeasureAsync(JobEngine engine, int workers, CancellationToken stop)
    {
        var job = new JobDescription
        {
            RunId = Guid.NewGuid().ToString("N"),
            ShardCount = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)workers),
            StepsPerEpoch = StepCount,
            EpochCount = 1,
            Checkpoints = new CheckpointSchedule { AtEpochEnd = false, Every = null },
        };
        var durations = new Durations();
        await engine(
            new EngineJob(
                job,
                new Factory(job.ShardCount),
                new NoValues(),
                new Policy(),
                durations,
                new RunOptions { Workers = workers, Servers = 1 },
                Files: null),
            stop);
        stop.ThrowIfCancellationRequested();
        return new EmptyStep(workers, Medians.Of([.. durations.Seconds.Skip(WarmUpSteps)]));
    }

    private sealed class Durations : IEventSink
    {
        public List<double> Seconds { get; } = [];

        public void Record(TimeSpan now, NodeId source, JobEvent what)
        {
            if (what is StepClosed closed)
                Seconds.Add(closed.Duration.TotalSeconds);
        }
    }

    /// <summary>The engine is of one process, and a step in which nothing is computed has no values.</summary>
    private sealed class NoValues : IPayloadCodec
    {
        public IReadOnlyList<ReadOnlyMemory<float>> ValuesOf(Payload payload, PayloadPlace place) =>
            throw new NotSupportedException("Empty steps have no values.");

        public PayloadIntake Expect(PayloadPlace place) =>
            throw new NotSupportedException("Empty steps have no values.");
    }

    private sealed class Policy : IJobPolicy
    {
        public StepDecision DecideStep(JobProgress progress, LossTotal loss, double gradientNorm) => new(1, 1);

        public EpochDecision DecideEpoch(JobProgress progress, LossTotal training, LossTotal? validation) =>
            new("", IsBest: false, Stop: false);
    }

    private sealed class Factory(int shardCount) : IWorkExecutorFactory
    {
        public IWorkExecutor Create(NodeId node, int incarnation) => new Executor(shardCount);
    }

    private sealed class Executor(int shardCount) : IWorkExecutor
    {
        private static readonly Payload Nothing = new NoPayload();

        public WorkResult Execute(WorkOrder order) => order switch
        {
            RestoreSlice restore => new SliceRestored(
                Nothing, new Payload?[restore.Slice.OwnedShardCount(shardCount)], Checksum: 0),
            ComputeShards compute => new ShardsComputed(
                Nothing, new Payload?[compute.Shards.Count], new LossTotal[compute.Shards.Count]),
            ReduceSlice => new SliceSums([0]),
            ApplySlice apply => new SliceApplied(Nothing, apply.Carries, Checksum: 0),
            SnapshotSlice snapshot => new SliceSnapshot(Nothing, snapshot.Carries),
            WriteCheckpoint => new CheckpointWritten("none"),
            _ => throw new NotSupportedException($"An empty step has no {order.GetType().Name}."),
        };

        public void Dispose()
        {
            // It holds nothing.
        }
    }

    private sealed class NoPayload : Payload
    {
        public override long Bytes => 0;
    }
}
