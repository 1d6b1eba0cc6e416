using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>One slice, a server and its standby, one worker with two shards.</summary>
public sealed class CoordinatorStandbyTests
{
    private static readonly ProtocolOptions Options = new()
    {
        WorkerSilenceTimeout = TimeSpan.FromDays(1),
        ServerSilenceTimeout = TimeSpan.FromDays(1),
    };

    private static readonly NodeId W0 = NodeId.Worker(0);
    private static readonly NodeId S0 = NodeId.Server(0);
    private static readonly NodeId S1 = NodeId.Server(1);
    private static readonly SliceId Slice = new(0, 1);
    private static readonly Fence Nobody = new("run", 0, 0, 0);
    private static readonly Fence First = new("run", 1, 1, 0);

    private static readonly JobDescription Job = new()
    {
        RunId = "run",
        ShardCount = 2,
        StepsPerEpoch = 5,
        EpochCount = 1,
    };

    private Coordinator _coordinator = null!;

    [Fact]
    public void StepAssigned_Always_NamesAllHolders()
    {
        Assert.Equal([S0, S1], Assert.Single(Computing().SentTo<StepAssigned>(W0).Holders));
    }

    [Fact]
    public void PeerLost_InMidStep_TellsTheWorkersAndGoesOnWithTheStandby()
    {
        RoleProbe probe = Computing();
        probe.Step(new PeerLost(S0));
        Assert.Equal([S1], Assert.Single(probe.SentTo<HoldersChanged>(W0).Holders));
        Assert.Equal(S0, Assert.Single(probe.Recorded.OfType<ReplicaDropped>()).Server);

        Report(probe);
        probe.Receive(S1, Reduced(First));

        Assert.Equal([S1], probe.Sent.Where(s => s.Message is ApplyUpdate).Select(s => s.To));
    }

    [Fact]
    public void PeerLost_OnlyItsAnswerIsMissing_ClosesTheStep()
    {
        RoleProbe probe = Applying();
        probe.Receive(S1, new SliceUpdated(First, Slice, 1));

        probe.Step(new PeerLost(S0));

        Assert.Equal(First, Assert.Single(probe.Recorded.OfType<StepClosed>()).Fence);
    }

    [Fact]
    public void SliceUpdated_BothMustAnswer_BeforeTheStepCloses()
    {
        RoleProbe probe = Applying();

        probe.Receive(S0, new SliceUpdated(First, Slice, 1));

        Assert.Empty(probe.Recorded.OfType<StepClosed>());
    }

    [Fact]
    public void SliceUpdated_ChecksumsDiffer_AllGoBackToACheckpoint()
    {
        RoleProbe probe = Applying();
        probe.Receive(S0, new SliceUpdated(First, Slice, 1));
        probe.Receive(S1, new SliceUpdated(First, Slice, 2));

        ReplicasDiffer differ = Assert.Single(probe.Recorded.OfType<ReplicasDiffer>());
        Assert.Equal((S0, S1), (differ.First, differ.Second));
        Fence second = probe.SentTo<HoldingRequested>(S0).Fence;
        probe.Receive(S0, new ServerReady(second, 0, Holding(1)));
        probe.Receive(S1, new ServerReady(second, 0, Holding(1)));
        Assert.Equal(0, probe.SentTo<RestoreRequested>(S0).Progress.Step); // what they hold is not trusted
    }

    [Fact]
    public void PeerLost_BothServers_BeginsAnewWithWhoeverStillHoldsTheState()
    {
        RoleProbe probe = Computing();
        probe.Step(new PeerLost(S0));
        probe.Step(new PeerLost(S1));
        Fence second = First with { Generation = 2 };

        probe.Receive(S1, new ServerReady(First, 0, Holding(0)));
        Assert.Equal(second, probe.SentTo<HoldingRequested>(S1).Fence);
        probe.Receive(S1, new ServerReady(second, 0, Holding(0)));
        probe.After(Options.GatherGrace); // the other one does not come back

        Assert.Equal(second, probe.SentTo<ResumeRequested>(S1).Fence);
    }

    [Fact]
    public void ServerReady_AfterItWasLost_TakesOverTheOthersStateAtTheNextBarrier()
    {
        RoleProbe probe = Applying();
        probe.Step(new PeerLost(S0));
        probe.Receive(S0, new ServerReady(Nobody, 1));

        probe.Receive(S1, new SliceUpdated(First, Slice, 1));
        Assert.Equal(SnapshotPurpose.Standby, probe.SentTo<SnapshotRequested>(S1).Purpose);
        var copy = new Named("copy");
        probe.Receive(S1, new SnapshotTaken(First.At(1), Slice, copy, [null, null]));
        RestoreRequested request = probe.SentTo<RestoreRequested>(S0);
        Assert.Equal((copy, 0, 1L), (request.Copy!.State, request.Replica, request.Fence.Step));
        probe.Receive(S0, new SliceReady(First.At(1), Slice, 1));

        Assert.Equal(S0, Assert.Single(probe.Recorded.OfType<ReplicaSynced>()).Server);
        Assert.Equal([S0, S1], Assert.Single(probe.SentTo<StepAssigned>(W0).Holders));
    }

    [Fact]
    public void Timer_StandbyDoesNotTakeTheState_TrainingGoesOnWithoutIt()
    {
        RoleProbe probe = Applying();
        probe.Step(new PeerLost(S0));
        probe.Receive(S0, new ServerReady(Nobody, 1));
        probe.Receive(S1, new SliceUpdated(First, Slice, 1));
        probe.Receive(S1, new SnapshotTaken(First.At(1), Slice, new Named("copy"), [null, null]));

        probe.After(Options.GatherTimeout);

        Assert.Equal(First.At(1), probe.SentTo<StepAssigned>(W0).Fence);
    }

    [Fact]
    public void ServerReady_Leaving_IsLetGoAtOnceWhereAStandbyHoldsTheSlice()
    {
        RoleProbe probe = Computing();

        probe.Receive(S0, new ServerReady(First, 0, Holding(0), IsLeaving: true));

        probe.SentTo<Dismissed>(S0);
        Assert.Equal(S0, Assert.Single(probe.Recorded.OfType<NodeLeft>()).Node);
        Assert.Equal(CoordinatorPhase.Computing, _coordinator.Phase);
    }

    [Fact]
    public void PeerLost_WhileItsSnapshotIsTaken_TheOtherIsAsked()
    {
        RoleProbe probe = Applying();
        probe.Step(new StopRequested());
        probe.Receive(S0, new SliceUpdated(First, Slice, 1));
        probe.Receive(S1, new SliceUpdated(First, Slice, 1));
        probe.SentTo<SnapshotRequested>(S0);

        probe.Step(new PeerLost(S0));

        probe.SentTo<SnapshotRequested>(S1);
    }

    private static SliceHolding Holding(long step) => new(
        Slice, new JobProgress { Step = step, StepInEpoch = (int)step }, HoldingState.Open, null, null);

    private static SliceReduced Reduced(Fence fence) => new(fence, Slice, [9]);

    private static void Report(RoleProbe probe) => probe.Receive(W0, new ShardReported(
        First, RoundKind.Training, new ShardRange(0, 2), [new(1, 1, 0), new(1, 1, 0)], TimeSpan.FromMilliseconds(3)));

    private RoleProbe Computing()
    {
        _coordinator = new Coordinator(Job, new ExactPolicy(), new ClusterShape(1, 1), Options);
        RoleProbe probe = new RoleProbe(_coordinator).Step(new Started());
        probe.Receive(W0, new WorkerReady(Nobody, 0, IsIdle: true));
        foreach (NodeId server in (NodeId[])[S0, S1])
            probe.Receive(server, new ServerReady(Nobody, 0)).Receive(server, new ServerReady(First, 0));
        probe.Receive(S0, new SliceReady(First, Slice, 1));
        return probe.Receive(S1, new SliceReady(First, Slice, 1));
    }

    private RoleProbe Applying()
    {
        RoleProbe probe = Computing();
        Report(probe);
        probe.Receive(S0, Reduced(First));
        return probe.Receive(S1, Reduced(First));
    }
}
