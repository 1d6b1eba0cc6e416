using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>State, input, effects of the worker.</summary>
public sealed class WorkerTests
{
    private static readonly ProtocolOptions Options = new();
    private static readonly Fence Fence = new("run", 1, 1, 5);
    private static readonly ShardRange Left = new(0, 2);
    private static readonly ShardRange Right = new(2, 1);

    [Fact]
    public void Started_Always_AnnouncesItselfAndArmsTheTimer()
    {
        RoleProbe probe = new RoleProbe(new Worker("run", 3, Options)).Step(new Started());

        Assert.Equal(3, probe.SentTo<WorkerReady>(NodeId.Coordinator).Incarnation);
        Assert.Equal(Options.ReviewInterval, Assert.Single(probe.Effects.OfType<ArmTimer>()).Delay);
    }

    [Fact]
    public void StepAssigned_Idle_PullsFromAllServers()
    {
        RoleProbe probe = Started().Receive(NodeId.Coordinator, Assignment(Left));

        Assert.Equal(Fence, probe.SentTo<PullParameters>(NodeId.Server(0)).Fence);
        Assert.Equal(new SliceId(1, 2), probe.SentTo<PullParameters>(NodeId.Server(1)).Slice);
        Assert.Equal(2, probe.Effects.Count);
    }

    [Fact]
    public void ParametersPulled_LastSlice_StartsTheFirstTaskWithTheCarriesOfItsShards()
    {
        RoleProbe probe = Started().Receive(NodeId.Coordinator, Assignment(Left, Right));
        probe.Receive(NodeId.Server(1), Pulled(1, firstCarry: 1));
        Assert.Empty(probe.Effects);

        probe.Receive(NodeId.Server(0), Pulled(0, firstCarry: 0));

        var order = (ComputeShards)probe.Started<ComputeShards>().Order;
        Assert.Equal(Left, order.Shards);
        Assert.Equal(["parameters 0", "parameters 1"], order.Parameters.Select(p => p.ToString()));
        Assert.Equal(["carry 0", "carry 1"], order.Carries.Select(p => p!.ToString()));
    }

    [Fact]
    public void WorkDone_Training_PushesToAllServersReportsAndStartsTheNextTask()
    {
        RoleProbe probe = Computing(out long workId, Left, Right);

        probe.Step(new WorkDone(workId, Computed("gradient", 2)));

        Assert.Equal(Left, probe.SentTo<PushGradient>(NodeId.Server(0)).Shards);
        Assert.Equal(2, probe.SentTo<PushGradient>(NodeId.Server(1)).Carries.Count);
        Assert.Equal(Left, probe.SentTo<ShardReported>(NodeId.Coordinator).Shards);
        Assert.Equal(Right, ((ComputeShards)probe.Started<ComputeShards>().Order).Shards);
    }

    [Fact]
    public void StepAssigned_TaskIsDoneAlready_AnswersAgainWithoutComputing()
    {
        RoleProbe probe = Computing(out long workId, Left);
        probe.Step(new WorkDone(workId, Computed("gradient", 2)));

        probe.Receive(NodeId.Coordinator, Assignment(Left));

        Assert.Equal("gradient", probe.SentTo<PushGradient>(NodeId.Server(0)).Gradient.ToString());
        Assert.Equal(Left, probe.SentTo<ShardReported>(NodeId.Coordinator).Shards);
        Assert.Empty(probe.Effects.OfType<StartWork>());
    }

    [Fact]
    public void StepAssigned_TaskIsRunning_DoesNothing()
    {
        RoleProbe probe = Computing(out _, Left);

        probe.Receive(NodeId.Coordinator, Assignment(Left));

        Assert.Empty(probe.Effects);
    }

    [Fact]
    public void StepAssigned_NewStepWhileComputing_DropsTheOldResultAndThenComputesTheNew()
    {
        RoleProbe probe = Computing(out long workId, Left);
        Fence next = Fence.At(6);
        probe.Receive(NodeId.Coordinator, Assignment(Right) with { Fence = next });
        probe.Receive(NodeId.Server(0), Pulled(0, 0) with { Fence = next });
        probe.Receive(NodeId.Server(1), Pulled(1, 1) with { Fence = next });
        Assert.Empty(probe.Effects); // one order at a time

        probe.Step(new WorkDone(workId, Computed("late", 2)));

        Assert.Empty(probe.Sent);
        Assert.Equal(next, probe.Started<ComputeShards>().Order.Fence);
    }

    [Fact]
    public void StepAssigned_Evaluation_ReportsLossesAndPushesNothing()
    {
        RoleProbe probe = Started().Receive(NodeId.Coordinator, Assignment(Left) with { Kind = RoundKind.Evaluation });
        probe.Receive(NodeId.Server(0), Pulled(0, 0));
        probe.Receive(NodeId.Server(1), Pulled(1, 1));
        long workId = probe.Started<EvaluateShards>().WorkId;

        probe.Step(new WorkDone(workId, new ShardsEvaluated([new(1, 1, 0), new(2, 1, 0)])));

        (NodeId to, Message message) = Assert.Single(probe.Sent);
        Assert.Equal(NodeId.Coordinator, to);
        Assert.Equal(RoundKind.Evaluation, Assert.IsType<ShardReported>(message).Kind);
    }

    [Fact]
    public void WorkFailed_Always_AsksTheCoordinatorAndRestartsWhenGranted()
    {
        RoleProbe probe = Computing(out long workId, Left);

        probe.Step(new WorkFailed(workId, new WorkError("planted", false)));
        Assert.Equal("planted", probe.SentTo<NodeFaulted>(NodeId.Coordinator).Error.Message);

        probe.Receive(NodeId.Coordinator, new RestartGranted(Fence, 0));
        Assert.IsType<RestartNode>(Assert.Single(probe.Effects));
    }

    [Fact]
    public void Dismissed_Always_Stops()
    {
        RoleProbe probe = Started().Receive(NodeId.Coordinator, new Dismissed(Fence, "too many failures"));

        Assert.Equal("too many failures", Assert.Single(probe.Effects.OfType<StopNode>()).Reason);
    }

    [Theory]
    [InlineData("other", 1, 5, DropReason.OtherRun)]
    [InlineData("run", 0, 9, DropReason.Stale)]
    [InlineData("run", 1, 4, DropReason.Stale)]
    [InlineData("run", 1, 6, DropReason.Unexpected)]
    [InlineData("run", 1, 5, DropReason.Duplicate)]
    public void ParametersPulled_NotAwaited_IsDropped(string run, int generation, long step, DropReason reason)
    {
        RoleProbe probe = Computing(out _, Left);

        probe.Receive(NodeId.Server(0), Pulled(0, 0) with { Fence = new Fence(run, 1, generation, step) });

        probe.AssertDropped(reason);
    }

    [Theory]
    [InlineData(0, 9, RoundKind.Training)]
    [InlineData(1, 4, RoundKind.Training)]
    [InlineData(1, 5, RoundKind.Evaluation)] // the validation before step 5 is over once step 5 has begun
    public void StepAssigned_Older_IsDropped(int generation, long step, RoundKind kind)
    {
        RoleProbe probe = Computing(out _, Left);

        probe.Receive(
            NodeId.Coordinator, Assignment(Right) with { Fence = new Fence("run", 1, generation, step), Kind = kind });

        probe.AssertDropped(DropReason.Stale);
    }

    [Fact]
    public void Timer_PullUnanswered_AsksOnlyTheSilentServersAgain()
    {
        RoleProbe probe = Started().Receive(NodeId.Coordinator, Assignment(Left));
        probe.Receive(NodeId.Server(0), Pulled(0, 0));

        probe.After(Options.RepeatInterval);

        Assert.Equal([NodeId.Server(1)], probe.Sent.Where(s => s.Message is PullParameters).Select(s => s.To));
    }

    [Fact]
    public void Timer_Computing_SendsHeartbeats()
    {
        RoleProbe probe = Computing(out _, Left);

        Assert.False(probe.After(Options.HeartbeatInterval).SentTo<WorkerReady>(NodeId.Coordinator).IsIdle);
    }

    [Fact]
    public void PeerLost_ServerThatIsAwaited_AsksItsStandby()
    {
        StepAssigned assignment = Assignment(Left) with
        {
            Holders = [[NodeId.Server(0), NodeId.Server(2)], [NodeId.Server(1), NodeId.Server(3)]],
        };
        RoleProbe probe = Started().Receive(NodeId.Coordinator, assignment);
        probe.Receive(NodeId.Server(1), Pulled(1, 1));

        probe.Step(new PeerLost(NodeId.Server(0)));

        Assert.Equal(NodeId.Server(2), Assert.Single(probe.Sent).To);
    }

    [Fact]
    public void HoldersChanged_Computing_ItsGradientGoesToThoseThatAreLeft()
    {
        RoleProbe probe = Computing(out long workId, Left);
        probe.Receive(NodeId.Coordinator, new HoldersChanged(Fence, [[NodeId.Server(2)], [NodeId.Server(1)]]));

        probe.Step(new WorkDone(workId, Computed("gradient", 2)));

        Assert.Equal(
            [NodeId.Server(2), NodeId.Server(1)], probe.Sent.Where(s => s.Message is PushGradient).Select(s => s.To));
    }

    [Fact]
    public void LeaveRequested_Always_IsAnnouncedAtOnce()
    {
        Assert.True(Started().Step(new LeaveRequested()).SentTo<WorkerReady>(NodeId.Coordinator).IsLeaving);
    }

    [Fact]
    public void Timer_NothingFromTheCoordinator_AnnouncesItselfAndStopsInTheEnd()
    {
        RoleProbe probe = Started();
        Assert.Empty(probe.After(Options.HeartbeatInterval / 2).Sent);

        Assert.Equal(0, probe.After(Options.HeartbeatInterval / 2).SentTo<WorkerReady>(NodeId.Coordinator).Incarnation);

        Assert.NotEmpty(probe.After(Options.CoordinatorLostTimeout - Options.HeartbeatInterval).Effects.OfType<StopNode>());
    }

    [Fact]
    public void Timer_FaultUnanswered_IsReportedAgain()
    {
        RoleProbe probe = Computing(out long workId, Left);
        probe.Step(new WorkFailed(workId, new WorkError("planted", false)));

        probe.After(Options.RepeatInterval);

        Assert.Equal("planted", probe.SentTo<NodeFaulted>(NodeId.Coordinator).Error.Message);
    }

    private static RoleProbe Started() => new RoleProbe(new Worker("run", 0, Options)).Step(new Started());

    private static RoleProbe Computing(out long workId, params ShardRange[] ranges)
    {
        RoleProbe probe = Started().Receive(NodeId.Coordinator, Assignment(ranges));
        probe.Receive(NodeId.Server(0), Pulled(0, firstCarry: 0));
        probe.Receive(NodeId.Server(1), Pulled(1, firstCarry: 1));
        workId = probe.Started<ComputeShards>().WorkId;
        return probe;
    }

    private static StepAssigned Assignment(params ShardRange[] ranges) => new(
        Fence, RoundKind.Training, 0, 5, [[NodeId.Server(0)], [NodeId.Server(1)]], ranges);

    private static ParametersPulled Pulled(int slice, int firstCarry) => new(
        Fence,
        new SliceId(slice, 2),
        new Named($"parameters {slice}"),
        firstCarry,
        slice == 0 ? [new Named("carry 0")] : [new Named("carry 1"), new Named("carry 2")]);

    private static ShardsComputed Computed(string gradient, int shards) =>
        new(new Named(gradient), new Payload?[shards], new LossTotal[shards]);
}
