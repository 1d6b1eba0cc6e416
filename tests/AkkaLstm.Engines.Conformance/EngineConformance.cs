using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Conformance;

/// <summary>
/// What every engine promises, whatever its transport. An engine's test project derives from it and says how
/// to run a job; the mathematics is <see cref="ExactModel"/>, so that one wrong, missing or doubled shard
/// changes the result.
/// </summary>
public abstract class EngineConformance
{
    /// <summary>
    /// Bound of every wait in these tests; orders of magnitude above what any of them takes.
    /// </summary>
    protected static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Shard count divisible among few and many workers; parameters that no server count divides evenly.
    /// </summary>
    private static readonly ExactModel Model = new(ParameterCount: 37);

    protected static readonly JobDescription Job = new()
    {
        RunId = "conformance",
        ShardCount = 8,
        StepsPerEpoch = 7,
        EpochCount = 3,
        ValidationShardCount = 4,
        Checkpoints = new CheckpointSchedule { EverySteps = 3, AtEpochEnd = true },
    };

    /// <summary>Reacts to trouble within milliseconds; the numbers cannot change a result.</summary>
    protected static readonly ProtocolOptions Quick = new()
    {
        ReviewInterval = TimeSpan.FromMilliseconds(5),
        RepeatInterval = TimeSpan.FromMilliseconds(20),
        FirstTaskTimeout = TimeSpan.FromMilliseconds(200),
        MinTaskTimeout = TimeSpan.FromMilliseconds(50),
        MinWorkersTimeout = TimeSpan.FromSeconds(5),
        CheckpointRetryInterval = TimeSpan.FromMilliseconds(5),
        HeartbeatInterval = TimeSpan.FromMilliseconds(20),
        GatherGrace = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>Runs a job on the engine under test, to its end.</summary>
    protected abstract Task<JobOutcome> RunAsync(EngineRequest request);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(8, 8)]
    [InlineData(11, 5)]
    public async Task RunAsync_AnyCounts_SameResultAsOneWorker(int workers, int servers)
    {
        string expected = await ExpectedAsync(Job);
        var store = new ExactStore();

        JobOutcome outcome = await RunAsync(Job, store, workers, servers);

        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
    }

    [Fact]
    public async Task RunAsync_WholeJob_ClosesEveryStepAndEpochOnceWithAllShards()
    {
        var log = new EventLog();

        JobOutcome outcome = await RunAsync(Job, new ExactStore(), 3, 2, log: log);

        Assert.Equal(21, outcome.Progress.Step);
        Assert.Equal(3, outcome.Progress.Epoch);
        Assert.Equal(Enumerable.Range(0, 21).Select(s => (long)s), log.Of<StepClosed>().Select(e => e.Fence.Step));
        Assert.All(log.Of<StepClosed>(), e => Assert.Equal(8, e.Workers.Sum(w => w.ShardCount)));
        Assert.Equal([0, 1, 2], log.Of<EpochClosed>().Select(e => e.Epoch));
        Assert.All(log.Of<EpochClosed>(), e => Assert.NotNull(e.Validation));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task RunAsync_ExceptionsInWorkers_SameResult(int seed)
    {
        string expected = await ExpectedAsync(Job);
        var store = new ExactStore();
        var log = new EventLog();

        JobOutcome outcome = await RunAsync(
            Job, store, 3, 2, log: log, protocol: Quick with { RestartBudget = 1000 }, before: (node, incarnation, order) =>
            {
                // One order in six fails, drawn by seed, node and incarnation: the next incarnation has
                // another draw.
                if (order is ComputeShards c && Draw(seed, node.Index, incarnation, c.Fence.Step, c.Shards.Start) % 6 == 0)
                    throw new InvalidOperationException("planted");
            });

        Assert.NotEmpty(log.Of<NodeFailed>());
        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
    }

    [Theory]
    [InlineData(typeof(ReduceSlice))]
    [InlineData(typeof(ApplySlice))]
    [InlineData(typeof(SnapshotSlice))]
    public async Task RunAsync_ExceptionInServer_GoesBackToACheckpointWithTheSameResult(Type failing)
    {
        string expected = await ExpectedAsync(Job);
        var store = new ExactStore();
        var log = new EventLog();

        JobOutcome outcome = await RunAsync(Job, store, 2, 3, log: log, before: (node, incarnation, order) =>
        {
            if (node == NodeId.Server(1) && incarnation == 0 && order.GetType() == failing && order.Fence.Step >= 9)
                throw new InvalidOperationException("planted");
        });

        Assert.Equal([1, 2], log.Of<GenerationStarted>().Select(e => e.Fence.Generation));
        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(4, 4, 3)]
    [InlineData(6, 5, 2)] // at the last step of an epoch, before its validation
    [InlineData(12, 1, 4)]
    public async Task RunAsync_StoppedAndResumedWithOtherCounts_SameResult(long stopAfter, int workers, int servers)
    {
        string expected = await ExpectedAsync(Job);
        var store = new ExactStore();
        var log = new EventLog();
        using var stop = new CancellationTokenSource();
        log.OnEvent = e =>
        {
            if (e is StepClosed closed && closed.Fence.Step == stopAfter)
                stop.Cancel();
        };

        JobOutcome stopped = await RunAsync(Job, store, 3, 2, log: log, stop: stop.Token);
        JobDescription rest = Job with
        {
            RunId = "resumed",
            Start = store[stopped.CheckpointId!].Progress,
            RestoreFrom = stopped.CheckpointId,
        };
        JobOutcome outcome = await RunAsync(rest, store, workers, servers);

        Assert.Equal(JobOutcomeKind.Stopped, stopped.Kind);
        Assert.InRange(stopped.Progress.Step, stopAfter + 1, stopAfter + 2); // a stop may come after the next step began
        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
    }

    [Fact]
    public async Task RunAsync_EveryWorkerFailsAgainAndAgain_LosesTheClusterAndKeepsCheckpoints()
    {
        var store = new ExactStore();

        JobOutcome outcome = await RunAsync(Job, store, 2, 1, before: (_, _, order) =>
        {
            if (order is ComputeShards { Fence.Step: >= 5 })
                throw new InvalidOperationException("planted");
        });

        Assert.Equal(JobOutcomeKind.LostCluster, outcome.Kind);
        Assert.Contains("planted", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(5, outcome.Progress.Step);
        Assert.Contains("step-00000003-epoch-0", store.Ids);
    }

    [Fact]
    public async Task RunAsync_PermanentErrorInWorker_FailsAtOnce()
    {
        var log = new EventLog();

        JobOutcome outcome = await RunAsync(Job, new ExactStore(), 2, 1, log: log, before: (_, _, order) =>
        {
            if (order is ComputeShards)
                throw new PermanentWorkException("the data file has changed");
        });

        Assert.Equal(JobOutcomeKind.Failed, outcome.Kind);
        Assert.Contains("the data file has changed", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(log.Of<StepClosed>());
    }

    [Fact]
    public async Task RunAsync_PolicyRefusesAStep_FailsWithItsReasonAndAppliesNothing()
    {
        JobOutcome outcome = await RunAsync(Job, new ExactStore(), 2, 2, policy: new ExactPolicy { FailInStep = 4 });

        Assert.Equal((JobOutcomeKind.Failed, "planted failure", 4L), (outcome.Kind, outcome.Reason, outcome.Progress.Step));
    }

    [Fact]
    public async Task RunAsync_CheckpointWriteFailsOnce_IsTriedAgain()
    {
        string expected = await ExpectedAsync(Job);
        var store = new ExactStore();
        var log = new EventLog();
        int writes = 0;

        JobOutcome outcome = await RunAsync(Job, store, 2, 1, log: log, protocol: Quick, before: (_, _, order) =>
        {
            if (order is WriteCheckpoint && Interlocked.Increment(ref writes) == 1)
                throw new IOException("planted");
        });

        CheckpointFailed failure = Assert.Single(log.Of<CheckpointFailed>());
        Assert.True(failure.WillRetry);
        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
    }

    [Fact]
    public async Task RunAsync_DiskIsFull_FailsAndKeepsOlderCheckpoints()
    {
        var store = new ExactStore();

        JobOutcome outcome = await RunAsync(Job, store, 2, 1, before: (_, _, order) =>
        {
            if (order is WriteCheckpoint { Progress.Step: > 3 })
                throw new PermanentWorkException("no space left on device");
        });

        Assert.Equal(JobOutcomeKind.Failed, outcome.Kind);
        Assert.Contains("no space left", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(["step-00000003-epoch-0"], store.Ids);
        Assert.Equal("step-00000003-epoch-0", outcome.CheckpointId);
    }

    [Fact]
    public async Task RunAsync_StepLimitInMidEpoch_CompletesThereAndGoesOnToTheSameResult()
    {
        string expected = await ExpectedAsync(Job);
        var store = new ExactStore();

        JobOutcome first = await RunAsync(Job with { StepLimit = 10 }, store, 2, 1);
        JobDescription rest = Job with { Start = store[first.CheckpointId!].Progress, RestoreFrom = first.CheckpointId };
        JobOutcome second = await RunAsync(rest, store, 1, 2);

        Assert.Equal((JobOutcomeKind.Completed, 10L), (first.Kind, first.Progress.Step));
        Assert.Equal(expected, store[second.CheckpointId!].Fingerprint);
    }

    [Fact]
    public async Task RunAsync_PolicyStopsEarly_CompletesAfterThatEpoch()
    {
        var log = new EventLog();

        JobOutcome outcome = await RunAsync(
            Job, new ExactStore(), 2, 1, log: log, policy: new ExactPolicy { StopAfterEpoch = 1 });

        Assert.Equal((JobOutcomeKind.Completed, 14L), (outcome.Kind, outcome.Progress.Step));
        Assert.True(outcome.Progress.IsStoppedEarly);
        Assert.Contains(log.Of<CheckpointSaved>(), e => e.Progress == outcome.Progress);
    }

    [Fact]
    public async Task RunAsync_OneShardAndThreeWorkers_Completes()
    {
        JobDescription job = Job with { ShardCount = 1, ValidationShardCount = 0 };
        string expected = await ExpectedAsync(job);
        var store = new ExactStore();

        JobOutcome outcome = await RunAsync(job, store, 3, 2);

        Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
    }

    protected async Task<string> ExpectedAsync(JobDescription job)
    {
        var store = new ExactStore();
        JobOutcome outcome = await RunAsync(job, store, 1, 1);
        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        return store[outcome.CheckpointId!].Fingerprint;
    }

    protected Task<JobOutcome> RunAsync(
        JobDescription job,
        ExactStore store,
        int workers,
        int servers,
        EventLog? log = null,
        ExactPolicy? policy = null,
        ProtocolOptions? protocol = null,
        Action<NodeId, int, WorkOrder>? before = null,
        CancellationToken stop = default)
    {
        var executors = new ExactFactory(Model, store) { Before = before };
        var request = new EngineRequest(
            job,
            executors,
            new ExactCodec(Model),
            policy ?? new ExactPolicy(),
            workers,
            servers,
            protocol ?? new ProtocolOptions(),
            log ?? new EventLog(),
            stop);
        return RunAsync(request).WaitAsync(Timeout, CancellationToken.None);
    }

    private static int Draw(params ReadOnlySpan<long> values)
    {
        ulong hash = 0x9E3779B97F4A7C15;
        foreach (long value in values)
        {
            hash = (hash ^ (ulong)value) * 0xBF58476D1CE4E5B9;
            hash ^= hash >> 31;
        }

        return (int)(hash >> 33);
    }
}
