using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Protocol.Tests.Cluster;

/// <summary>
/// Whatever goes wrong on the way, the job ends, with the bits of a run in which nothing did.
/// </summary>
public sealed class RoleClusterTests
{
    private const int SeedCount = 100;

    private static readonly ExactModel Model = new(ParameterCount: 11);

    private static readonly JobDescription Job = new()
    {
        RunId = "cluster",
        ShardCount = 8,
        StepsPerEpoch = 5,
        EpochCount = 4,
        ValidationShardCount = 4,
        Checkpoints = new CheckpointSchedule { EverySteps = 4 },
    };

    private static readonly ProtocolOptions Options = new()
    {
        ReviewInterval = TimeSpan.FromMilliseconds(10),
        RepeatInterval = TimeSpan.FromMilliseconds(40),
        HeartbeatInterval = TimeSpan.FromMilliseconds(30),
        WorkerSilenceTimeout = TimeSpan.FromMilliseconds(200),
        ServerSilenceTimeout = TimeSpan.FromMilliseconds(400),
        GatherGrace = TimeSpan.FromMilliseconds(100),
        FirstTaskTimeout = TimeSpan.FromMilliseconds(100),
        MinTaskTimeout = TimeSpan.FromMilliseconds(50),
        MinWorkersTimeout = TimeSpan.FromSeconds(5),
        RestartBudget = 1000,
    };

    private static readonly ClusterFaults Reordering = new();
    private static readonly ClusterFaults Network = new() { Loss = 0.05, Duplication = 0.1 };
    private static readonly ClusterFaults Workers =
        new() { WorkFailure = 0.05, SlowWork = 0.1, WorkerCrash = TimeSpan.FromMilliseconds(150) };
    private static readonly ClusterFaults Servers = new() { ServerCrash = TimeSpan.FromMilliseconds(500) };
    private static readonly ClusterFaults Everything = new()
    {
        Loss = 0.05,
        Duplication = 0.1,
        WorkFailure = 0.02,
        SlowWork = 0.05,
        WorkerCrash = TimeSpan.FromMilliseconds(300),
        ServerCrash = TimeSpan.FromMilliseconds(900),
    };

    [Fact]
    public void Run_MessagesOvertakeEachOther_SameResult() => RunSeeds(Reordering);

    [Fact]
    public void Run_MessagesGetLostAndDoubled_SameResult() => RunSeeds(Network);

    [Fact]
    public void Run_WorkersCrashFailAndHang_SameResult() => RunSeeds(Workers);

    [Fact]
    public void Run_ServersCrash_SameResult() => RunSeeds(Servers);

    [Fact]
    public void Run_AllOfIt_SameResult() => RunSeeds(Everything);

    [Fact]
    public void Run_StoppedUnderFaultsAndResumed_SameResult()
    {
        string expected = Expected();
        ForEachSeed(seed =>
        {
            var store = new ExactStore();
            var first = new RoleCluster(seed, Job, Model, store, 3, 2, Options, Everything);
            first.At(TimeSpan.FromMilliseconds(30 + (seed * 7 % 500)), NodeId.Coordinator, new StopRequested());
            JobOutcome stopped = first.Run(TimeSpan.FromMinutes(1));
            JobDescription rest = stopped.CheckpointId is { } id
                ? Job with { RunId = "resumed", Start = store[id].Progress, RestoreFrom = id }
                : Job;
            JobOutcome outcome = new RoleCluster(seed, rest, Model, store, 4, 3, Options, Network).Run(TimeSpan.FromMinutes(1));

            Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
            Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
        });
    }

    private static void RunSeeds(ClusterFaults faults)
    {
        string expected = Expected();
        ForEachSeed(seed =>
        {
            var store = new ExactStore();
            int workers = 1 + (seed % 5);
            int servers = 1 + (seed % 3);
            var cluster = new RoleCluster(seed, Job, Model, store, workers, servers, Options, faults);

            JobOutcome outcome = cluster.Run(TimeSpan.FromMinutes(1));

            Assert.Equal((JobOutcomeKind.Completed, null), (outcome.Kind, outcome.Reason));
            Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
            AssertOnlyForward(cluster.Events.OfType<StepClosed>());
        });
    }

    /// <summary>Within a generation every step closes once, in order.</summary>
    private static void AssertOnlyForward(IEnumerable<StepClosed> steps)
    {
        Fence last = default;
        foreach (StepClosed step in steps)
        {
            Assert.True(
                step.Fence.Generation > last.Generation || step.Fence.Step == last.Step + 1,
                $"{step.Fence} after {last}");
            last = step.Fence;
        }
    }

    private static string Expected()
    {
        var store = new ExactStore();
        JobOutcome outcome = new RoleCluster(0, Job, Model, store, 1, 1, Options, new ClusterFaults()).Run(TimeSpan.FromMinutes(1));
        return store[outcome.CheckpointId!].Fingerprint;
    }

    private static void ForEachSeed(Action<int> test)
    {
        for (int seed = 0; seed < SeedCount; seed++)
        {
            try
            {
                test(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}", exception);
            }
        }
    }
}
