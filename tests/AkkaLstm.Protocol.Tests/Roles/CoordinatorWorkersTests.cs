using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>Workers that come and go: one server, four shards, two workers of which both are needed.</summary>
public sealed class CoordinatorWorkersTests
{
    private static readonly ProtocolOptions Options = new()
    {
        ServerSilenceTimeout = TimeSpan.FromDays(1),
        MinWorkers = 2,
    };

    private static readonly NodeId W0 = NodeId.Worker(0);
    private static readonly NodeId W1 = NodeId.Worker(1);
    private static readonly NodeId S0 = NodeId.Server(0);
    private static readonly Fence Nobody = new("run", 0, 0, 0);
    private static readonly Fence First = new("run", 1, 1, 0);

    private static readonly JobDescription Job = new()
    {
        RunId = "run",
        ShardCount = 4,
        StepsPerEpoch = 9,
        EpochCount = 1,
    };

    [Fact]
    public void Ready_FewerThanMinWorkers_NothingBegins()
    {
        RoleProbe probe = Fresh();
        probe.Receive(W0, new WorkerReady(Nobody, 0, IsIdle: true));
        probe.Receive(S0, new ServerReady(Nobody, 0)).Receive(S0, new ServerReady(First, 0));
        Assert.DoesNotContain(probe.Sent, s => s.Message is RestoreRequested);

        probe.Receive(W1, new WorkerReady(Nobody, 0, IsIdle: true));

        probe.SentTo<RestoreRequested>(S0);
    }

    [Fact]
    public void Barrier_FewerThanMinWorkers_WaitsAndGoesOnWhenOneJoins()
    {
        RoleProbe probe = Computing();
        probe.Step(new PeerLost(W1));
        CloseStep(probe, W0, new ShardRange(0, 2), W0, new ShardRange(2, 2));
        WorkersAwaited awaited = Assert.Single(probe.Recorded.OfType<WorkersAwaited>());
        Assert.Equal((1, 2), (awaited.ActiveCount, awaited.MinWorkers));
        Assert.Empty(probe.Sent);

        probe.Receive(NodeId.Worker(7), new WorkerReady(Nobody, 0, IsIdle: true));

        Assert.Equal(First.At(1), probe.SentTo<StepAssigned>(NodeId.Worker(7)).Fence);
        Assert.Equal(First.At(1), probe.SentTo<StepAssigned>(W0).Fence);
    }

    [Fact]
    public void Timer_TooFewWorkersForTooLong_LosesTheCluster()
    {
        RoleProbe probe = Computing();
        probe.Step(new PeerLost(W1));
        CloseStep(probe, W0, new ShardRange(0, 2), W0, new ShardRange(2, 2));

        probe.After(Options.MinWorkersTimeout);

        JobOutcome outcome = Assert.Single(probe.Effects.OfType<EndJob>()).Outcome;
        Assert.Equal(JobOutcomeKind.LostCluster, outcome.Kind);
        Assert.Contains("fewer than 2 workers", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Timer_WorkerSilent_IsLostItsTasksGoOnAndAHeartbeatBringsItBack()
    {
        RoleProbe probe = Computing();
        probe.After(Options.WorkerSilenceTimeout - Options.ReviewInterval);
        probe.Receive(W0, new WorkerReady(First, 0, IsIdle: false));
        probe.Receive(W0, Report(new ShardRange(0, 2)));

        probe.After(Options.ReviewInterval);
        Assert.Equal(W1, Assert.Single(probe.Recorded.OfType<NodeLost>()).Node);
        Assert.Equal([new ShardRange(2, 2)], probe.SentTo<StepAssigned>(W0).Ranges);

        probe.Receive(W1, new WorkerReady(First, 0, IsIdle: false));
        Assert.Equal(W1, Assert.Single(probe.Recorded.OfType<WorkerJoined>()).Worker);
    }

    [Fact]
    public void Timer_OwnHostStoodStill_NobodyIsLost()
    {
        RoleProbe probe = Computing();

        probe.Suspended(TimeSpan.FromHours(8));

        Assert.Empty(probe.Recorded.OfType<NodeLost>());
        probe.After(Options.WorkerSilenceTimeout - Options.ReviewInterval);
        Assert.NotEmpty(probe.Recorded.OfType<NodeLost>()); // but they are if they stay away
    }

    [Fact]
    public void WorkerReady_LeavingAndBusy_IsLetGoAfterItsAnswer()
    {
        RoleProbe probe = Computing();
        probe.Receive(W1, new WorkerReady(First, 0, IsIdle: false, IsLeaving: true));
        Assert.DoesNotContain(probe.Sent, s => s.Message is Dismissed);

        probe.Receive(W1, Report(new ShardRange(2, 2)));

        probe.SentTo<Dismissed>(W1);
        Assert.Equal(W1, Assert.Single(probe.Recorded.OfType<NodeLeft>()).Node);
        probe.Receive(W1, new WorkerReady(First, 0, IsIdle: true)); // a heartbeat that was late
        probe.SentTo<Dismissed>(W1);
        probe.Receive(W1, new WorkerReady(First, 1, IsIdle: true));
        Assert.Equal(1, Assert.Single(probe.Recorded.OfType<WorkerJoined>()).Incarnation);
    }

    [Fact]
    public void WorkerReady_IdleAndOwingAnAnswer_IsSentItsTasksAgain()
    {
        RoleProbe probe = Computing();
        for (TimeSpan time = TimeSpan.Zero; time < Options.RepeatInterval; time += Options.HeartbeatInterval)
            Heartbeats(probe.After(Options.HeartbeatInterval));

        probe.Receive(W1, new WorkerReady(First, 0, IsIdle: true));
        Assert.Equal([new ShardRange(2, 2)], probe.SentTo<StepAssigned>(W1).Ranges);

        probe.Receive(W1, new WorkerReady(First, 0, IsIdle: true));
        Assert.DoesNotContain(probe.Sent, s => s.Message is StepAssigned); // once each interval
    }

    [Fact]
    public void Timer_SlowerThanAMultipleOfTheMedian_ItsTasksGoToOthersToo()
    {
        RoleProbe probe = Computing();
        probe.After(TimeSpan.FromSeconds(2));
        Heartbeats(probe);
        probe.Receive(W0, Report(new ShardRange(0, 2)));

        // Half of the workers have answered after 2 s each: the other one has four times that.
        for (int second = 2; second < 7; second++)
        {
            Assert.Empty(probe.After(TimeSpan.FromSeconds(1)).Recorded.OfType<WorkerOverdue>());
            Heartbeats(probe);
        }

        probe.After(TimeSpan.FromSeconds(1));
        Assert.Equal(W1, Assert.Single(probe.Recorded.OfType<WorkerOverdue>()).Worker);
        Assert.Equal([new ShardRange(2, 2)], probe.SentTo<StepAssigned>(W0).Ranges);
    }

    private static void Heartbeats(RoleProbe probe) => probe
        .Receive(W0, new WorkerReady(First, 0, IsIdle: false))
        .Receive(W1, new WorkerReady(First, 0, IsIdle: false));

    private static RoleProbe Fresh() =>
        new RoleProbe(new Coordinator(Job, new ExactPolicy(), new ClusterShape(), Options)).Step(new Started());

    private static RoleProbe Computing()
    {
        RoleProbe probe = Fresh();
        probe.Receive(W0, new WorkerReady(Nobody, 0, IsIdle: true));
        probe.Receive(W1, new WorkerReady(Nobody, 0, IsIdle: true));
        probe.Receive(S0, new ServerReady(Nobody, 0)).Receive(S0, new ServerReady(First, 0));
        return probe.Receive(S0, new SliceReady(First, new SliceId(0, 1), 1));
    }

    private static void CloseStep(RoleProbe probe, NodeId first, ShardRange left, NodeId second, ShardRange right)
    {
        probe.Receive(first, Report(left));
        probe.Receive(second, Report(right));
        probe.Receive(S0, new SliceReduced(First, new SliceId(0, 1), [9]));
        probe.Receive(S0, new SliceUpdated(First, new SliceId(0, 1), 1));
    }

    private static ShardReported Report(ShardRange shards) => new(
        First,
        RoundKind.Training,
        shards,
        [.. Enumerable.Repeat(new LossTotal(1, 1, 0), shards.Count)],
        TimeSpan.FromMilliseconds(3));
}
