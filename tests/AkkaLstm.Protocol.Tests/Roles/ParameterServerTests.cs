using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>
/// State, input, effects of the parameter server: slice 1 of 2 over 4 shards, so it keeps the carries of
/// shards 2 and 3.
/// </summary>
public sealed class ParameterServerTests
{
    private static readonly ProtocolOptions Options = new();
    private static readonly SliceId Slice = new(1, 2);
    private static readonly Fence Fence = new("run", 1, 1, 5);
    private static readonly NodeId Somebody = NodeId.Worker(0);
    private static readonly ApplyUpdate Update =
        new(Fence, new StepDecision(0.5f, 0.25f), new JobProgress { Step = 6 }, UnsavedBestStep: null);

    private ParameterServer _server = null!;

    [Fact]
    public void RestoreRequested_Empty_LoadsAndAnswersWithTheChecksum()
    {
        RoleProbe probe = Started().Receive(NodeId.Coordinator, Restore("checkpoint"));
        StartWork work = probe.Started<RestoreSlice>();
        Assert.Equal("checkpoint", ((RestoreSlice)work.Order).CheckpointId);

        probe.Step(new WorkDone(work.WorkId, new SliceRestored(new Named("p5"), [null, null], 77)));

        Assert.Equal(77UL, probe.SentTo<SliceReady>(NodeId.Coordinator).Checksum);
    }

    [Fact]
    public void PullParameters_Collecting_AnswersWithParametersAndOwnCarries()
    {
        RoleProbe probe = Holding().Receive(Somebody, new PullParameters(Fence, Slice));

        ParametersPulled answer = probe.SentTo<ParametersPulled>(Somebody);
        Assert.Equal(("p5", 2, 2), (answer.Parameters.ToString(), answer.FirstCarryShard, answer.Carries.Count));
    }

    [Fact]
    public void PushGradient_AllShardsIn_ReducesThePartsInShardOrder()
    {
        RoleProbe probe = Holding();
        Push(probe, new ShardRange(3, 1));
        Push(probe, new ShardRange(0, 2));
        Assert.Empty(probe.Effects);

        Push(probe, new ShardRange(2, 1));

        var order = (ReduceSlice)probe.Started<ReduceSlice>().Order;
        Assert.Equal([0, 2, 3], order.Parts.Select(p => p.Shards.Start));
    }

    [Fact]
    public void PushGradient_LargerSubtreeAfterASmallerOne_TakesItsPlace()
    {
        RoleProbe probe = Holding();
        Push(probe, new ShardRange(0, 1));
        Push(probe, new ShardRange(0, 2));

        Push(probe, new ShardRange(2, 2));

        var order = (ReduceSlice)probe.Started<ReduceSlice>().Order;
        Assert.Equal([new ShardRange(0, 2), new ShardRange(2, 2)], order.Parts.Select(p => p.Shards));
    }

    [Fact]
    public void PushGradient_ShardsThatAreIn_IsDropped()
    {
        RoleProbe probe = Holding();
        Push(probe, new ShardRange(0, 2));

        Push(probe, new ShardRange(1, 1));

        probe.AssertDropped(DropReason.Duplicate);
    }

    [Fact]
    public void WholeStep_Applied_HandsOutTheNextParametersAndCarries()
    {
        RoleProbe probe = Reduced();
        StartWork apply = probe.Receive(NodeId.Coordinator, Update).Started<ApplySlice>();
        Assert.Equal(["carry 2", "carry 3"], ((ApplySlice)apply.Order).Carries.Select(c => c!.ToString()));

        probe.Step(new WorkDone(apply.WorkId, Applied()));
        Assert.Equal((Fence, 99UL), (probe.SentTo<SliceUpdated>(NodeId.Coordinator).Fence, probe.SentTo<SliceUpdated>(NodeId.Coordinator).Checksum));

        ParametersPulled answer =
            probe.Receive(Somebody, new PullParameters(Fence.At(6), Slice)).SentTo<ParametersPulled>(Somebody);
        Assert.Equal("p6", answer.Parameters.ToString());
        Assert.Equal(["own 2", "own 3"], answer.Carries.Select(c => c!.ToString()));
    }

    [Fact]
    public void ApplyUpdate_AppliedAlready_AnswersAgainAndAppliesNothing()
    {
        RoleProbe probe = Reduced();
        long workId = probe.Receive(NodeId.Coordinator, Update).Started<ApplySlice>().WorkId;
        probe.Receive(NodeId.Coordinator, Update).AssertDropped(DropReason.Unexpected);
        probe.Step(new WorkDone(workId, Applied()));

        probe.Receive(NodeId.Coordinator, Update);

        Assert.Equal(99UL, probe.SentTo<SliceUpdated>(NodeId.Coordinator).Checksum);
        Assert.Single(probe.Effects);
    }

    [Fact]
    public void ReductionAwaited_Collecting_NamesWhatIsMissing()
    {
        RoleProbe probe = Holding();
        Push(probe, new ShardRange(1, 1));

        probe.Receive(NodeId.Coordinator, new ReductionAwaited(Fence));

        Assert.Equal(
            [new ShardRange(0, 1), new ShardRange(2, 2)], probe.SentTo<GradientMissing>(NodeId.Coordinator).Ranges);
    }

    [Fact]
    public void ReductionAwaited_Reduced_AnswersAgain()
    {
        RoleProbe probe = Reduced().Receive(NodeId.Coordinator, new ReductionAwaited(Fence));

        Assert.Equal([1.0, 2.0], probe.SentTo<SliceReduced>(NodeId.Coordinator).BlockSquareSums);
    }

    [Fact]
    public void SnapshotRequested_BetweenSteps_CopiesParametersAndCarries()
    {
        RoleProbe probe = Holding().Receive(NodeId.Coordinator, new SnapshotRequested(Fence, SnapshotPurpose.Checkpoint));
        StartWork work = probe.Started<SnapshotSlice>();

        probe.Step(new WorkDone(work.WorkId, new SliceSnapshot(new Named("copy"), [null, null])));

        Assert.Equal("copy", probe.SentTo<SnapshotTaken>(NodeId.Coordinator).State.ToString());
    }

    [Fact]
    public void RestoreRequested_NewGenerationWhileReducing_WaitsForTheWorkAndDropsItsResult()
    {
        RoleProbe probe = Holding();
        Push(probe, new ShardRange(0, 4));
        long workId = probe.Started<ReduceSlice>().WorkId;
        var next = new Fence("run", 1, 2, 3);
        probe.Receive(NodeId.Coordinator, Restore("older") with { Fence = next });
        Assert.Empty(probe.Effects);

        probe.Step(new WorkDone(workId, new SliceSums([1.0])));

        Assert.Empty(probe.Sent);
        Assert.Equal(next, probe.Started<RestoreSlice>().Order.Fence);
    }

    [Fact]
    public void WorkFailed_Always_AsksTheCoordinatorAndRestartsWhenGranted()
    {
        RoleProbe probe = Holding();
        Push(probe, new ShardRange(0, 4));
        long workId = probe.Started<ReduceSlice>().WorkId;

        probe.Step(new WorkFailed(workId, new WorkError("planted", false)));
        Assert.Equal("planted", probe.SentTo<NodeFaulted>(NodeId.Coordinator).Error.Message);

        probe.Receive(NodeId.Coordinator, new RestartGranted(Fence, 0));
        Assert.IsType<RestartNode>(Assert.Single(probe.Effects));
    }

    [Fact]
    public void HoldingRequested_NewerTerm_AnswersWithWhatItHoldsAndFollowsNobodyElseAnyMore()
    {
        RoleProbe probe = Reduced();
        Fence next = Fence with { Term = 2, Generation = 2 };

        probe.Receive(NodeId.Coordinator, new HoldingRequested(next.At(0)));

        ServerReady answer = probe.SentTo<ServerReady>(NodeId.Coordinator);
        Assert.Equal(next, answer.Fence);
        Assert.Equal((5L, HoldingState.Summed), (answer.Holding!.Progress.Step, answer.Holding.State));
        probe.Receive(NodeId.Coordinator, Update).AssertDropped(DropReason.Stale);
        probe.Receive(NodeId.Coordinator, new HoldingRequested(Fence)).AssertDropped(DropReason.Stale);
    }

    [Fact]
    public void ApplyUpdate_OfTheNewTermBeforeItHasJoined_IsAppliedAndAnnounced()
    {
        RoleProbe probe = Reduced();
        Fence next = Fence with { Term = 2, Generation = 2 };
        probe.Receive(NodeId.Coordinator, new HoldingRequested(next.At(0)));

        probe.Receive(NodeId.Coordinator, Update with { Fence = next });
        probe.Step(new WorkDone(probe.Started<ApplySlice>().WorkId, Applied()));

        ServerReady answer = probe.SentTo<ServerReady>(NodeId.Coordinator);
        Assert.Equal((next.At(6), 6L), (answer.Fence, answer.Holding!.Progress.Step));
        Assert.Equal(Update.Decision, answer.Holding.LastUpdate);
    }

    [Fact]
    public void RestoreRequested_LateFromBeforeItBecameAStandby_IsDropped()
    {
        RoleProbe probe = Holding();

        probe.Receive(NodeId.Coordinator, Restore(null) with { Fence = Fence.At(2) })
            .AssertDropped(DropReason.Stale);
    }

    [Fact]
    public void ResumeRequested_InMidStep_KeepsTheStateAndCollectsAnew()
    {
        RoleProbe probe = Holding();
        Push(probe, new ShardRange(0, 2));
        Fence next = Fence with { Generation = 2 };

        probe.Receive(NodeId.Coordinator, new ResumeRequested(next));

        Assert.Equal((next, 77UL), (probe.SentTo<SliceReady>(NodeId.Coordinator).Fence, probe.SentTo<SliceReady>(NodeId.Coordinator).Checksum));
        probe.Receive(NodeId.Coordinator, new ReductionAwaited(next));
        Assert.Equal([new ShardRange(0, 4)], probe.SentTo<GradientMissing>(NodeId.Coordinator).Ranges);
        Push(probe, new ShardRange(2, 2)); // of the generation before
        probe.AssertDropped(DropReason.Stale);
    }

    [Fact]
    public void ResumeRequested_WhileReducing_WaitsForTheWorkAndDropsItsResult()
    {
        RoleProbe probe = Holding();
        Push(probe, new ShardRange(0, 4));
        long workId = probe.Started<ReduceSlice>().WorkId;
        probe.Receive(NodeId.Coordinator, new ResumeRequested(Fence with { Generation = 2 }));
        Assert.Empty(probe.Effects);

        probe.Step(new WorkDone(workId, new SliceSums([1.0])));

        probe.SentTo<SliceReady>(NodeId.Coordinator);
        Assert.Equal(ServerPhase.Collecting, _server.Phase);
    }

    [Fact]
    public void ResumeRequested_AtAnotherStep_IsDropped()
    {
        Holding().Receive(NodeId.Coordinator, new ResumeRequested(Fence with { Generation = 2, Step = 4 }))
            .AssertDropped(DropReason.Unexpected);
    }

    [Fact]
    public void LeaveRequested_Always_IsAnnouncedAtOnceAndEndsByItselfIfNobodyAnswers()
    {
        RoleProbe probe = Holding().Step(new LeaveRequested());
        Assert.True(probe.SentTo<ServerReady>(NodeId.Coordinator).IsLeaving);

        Assert.NotEmpty(probe.After(Options.LeaveTimeout).Effects.OfType<StopNode>());
    }

    [Fact]
    public void JobEnded_OfAnEarlierTerm_IsDropped()
    {
        RoleProbe probe = Holding().Receive(NodeId.Coordinator, new HoldingRequested(Fence with { Term = 2 }));

        probe.Receive(NodeId.Coordinator, new JobEnded(Fence)).AssertDropped(DropReason.Stale);
    }

    public static TheoryData<string, string, int, long, DropReason> WrongFences()
    {
        var data = new TheoryData<string, string, int, long, DropReason>();
        foreach (string message in (string[])["pull", "push", "await", "apply", "snapshot"])
        {
            data.Add(message, "other", 1, 5, DropReason.OtherRun);
            data.Add(message, "run", 0, 5, DropReason.Stale);
            data.Add(message, "run", 1, 4, DropReason.Stale);
            data.Add(message, "run", 1, 6, DropReason.Unexpected);
            data.Add(message, "run", 2, 5, DropReason.Unexpected);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(WrongFences))]
    public void AnyMessage_WrongFence_IsDropped(string kind, string run, int generation, long step, DropReason reason)
    {
        var fence = new Fence(run, 1, generation, step);
        Message message = kind switch
        {
            "pull" => new PullParameters(fence, Slice),
            "push" => new PushGradient(fence, Slice, new ShardRange(0, 4), new Named("late"), new Payload?[4]),
            "await" => new ReductionAwaited(fence),
            "apply" => Update with { Fence = fence },
            _ => new SnapshotRequested(fence, SnapshotPurpose.Checkpoint),
        };

        NodeId sender = message is PullParameters or PushGradient ? Somebody : NodeId.Coordinator;
        Holding().Receive(sender, message).AssertDropped(reason);
    }

    [Fact]
    public void Timer_NothingFromTheCoordinator_AnnouncesItselfAndStopsInTheEnd()
    {
        RoleProbe probe = Holding();
        Assert.Equal(0, probe.After(Options.RepeatInterval).SentTo<ServerReady>(NodeId.Coordinator).Incarnation);

        Assert.NotEmpty(probe.After(Options.CoordinatorLostTimeout - Options.RepeatInterval).Effects.OfType<StopNode>());
    }

    private static SliceApplied Applied() =>
        new(new Named("p6"), [new Named("own 2"), new Named("own 3")], Checksum: 99);

    private static RestoreRequested Restore(string? checkpointId) =>
        new(Fence, Slice, Replica: 0, ShardCount: 4, new JobProgress { Step = 5 }, checkpointId);

    private RoleProbe Started()
    {
        _server = new ParameterServer("run", 0, Options);
        return new RoleProbe(_server).Step(new Started());
    }

    private RoleProbe Holding()
    {
        RoleProbe probe = Started().Receive(NodeId.Coordinator, Restore(null));
        long workId = probe.Started<RestoreSlice>().WorkId;
        return probe.Step(new WorkDone(workId, new SliceRestored(new Named("p5"), [null, null], 77)));
    }

    private RoleProbe Reduced()
    {
        RoleProbe probe = Holding();
        Push(probe, new ShardRange(0, 4));
        long workId = probe.Started<ReduceSlice>().WorkId;
        return probe.Step(new WorkDone(workId, new SliceSums([1.0, 2.0])));
    }

    private static void Push(RoleProbe probe, ShardRange shards)
    {
        Payload?[] carries = [.. Enumerable.Range(shards.Start, shards.Count).Select(s => new Named($"carry {s}"))];
        probe.Receive(Somebody, new PushGradient(Fence, Slice, shards, new Named($"gradient {shards}"), carries));
    }
}
