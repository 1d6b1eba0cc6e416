using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>
/// State, input, effects of the coordinator: two servers, four shards, three steps an epoch.
/// </summary>
public sealed class CoordinatorTests
{
    // Silence has tests of its own; in the others nodes need not send heartbeats.
    private static readonly ProtocolOptions Options = new()
    {
        WorkerSilenceTimeout = TimeSpan.FromDays(1),
        ServerSilenceTimeout = TimeSpan.FromDays(1),
    };

    private static readonly NodeId W0 = NodeId.Worker(0);
    private static readonly NodeId W1 = NodeId.Worker(1);
    private static readonly NodeId S0 = NodeId.Server(0);
    private static readonly NodeId S1 = NodeId.Server(1);
    private static readonly Fence Nobody = new("run", 0, 0, 0);
    private static readonly Fence First = new("run", 1, 1, 0);

    private static readonly JobDescription Job = new()
    {
        RunId = "run",
        ShardCount = 4,
        StepsPerEpoch = 3,
        EpochCount = 2,
        ValidationShardCount = 2,
    };

    [Fact]
    public void Ready_AllServersAndAWorker_RestoresAllSlicesInGenerationOne()
    {
        RoleProbe probe = Fresh();
        probe.Receive(S0, new ServerReady(Nobody, 0));
        Assert.Equal(First, probe.SentTo<HoldingRequested>(S0).Fence);
        probe.Receive(S0, new ServerReady(First, 0));
        probe.Receive(W0, new WorkerReady(Nobody, 0, IsIdle: true));
        Assert.DoesNotContain(probe.Sent, s => s.Message is RestoreRequested);

        probe.Receive(S1, new ServerReady(First, 0));

        JobProgress start = JobProgress.Initial;
        Assert.Equal(
            new RestoreRequested(First, new SliceId(0, 2), 0, 4, start, null), probe.SentTo<RestoreRequested>(S0));
        Assert.Equal(
            new RestoreRequested(First, new SliceId(1, 2), 0, 4, start, null), probe.SentTo<RestoreRequested>(S1));
    }

    [Fact]
    public void SliceReady_All_AssignsEveryShardOnce()
    {
        RoleProbe probe = Computing();

        Assert.Equal([new ShardRange(0, 2)], probe.SentTo<StepAssigned>(W0).Ranges);
        Assert.Equal([new ShardRange(2, 2)], probe.SentTo<StepAssigned>(W1).Ranges);
    }

    [Fact]
    public void StepParts_AllIn_DecidesOnceOnTheLossInShardOrder()
    {
        RoleProbe probe = Computing();
        probe.Receive(S1, new SliceReduced(First, new SliceId(1, 2), [16]));
        probe.Receive(W1, Report(new ShardRange(2, 2)));
        probe.Receive(S0, new SliceReduced(First, new SliceId(0, 2), [9]));
        Assert.Empty(probe.Sent);

        probe.Receive(W0, Report(new ShardRange(0, 2)));

        StepDecision expected = new ExactPolicy().DecideStep(
            JobProgress.Initial, new LossTotal(4, 4, 0), gradientNorm: 5);
        Assert.Equal(expected, probe.SentTo<ApplyUpdate>(S0).Decision);
        Assert.Equal(expected, probe.SentTo<ApplyUpdate>(S1).Decision);
    }

    [Fact]
    public void SliceUpdated_All_ClosesTheStepAndAssignsTheNext()
    {
        RoleProbe probe = Applying();
        probe.Receive(S0, new SliceUpdated(First, new SliceId(0, 2), 1));
        Assert.Empty(probe.Effects);

        probe.Receive(S1, new SliceUpdated(First, new SliceId(1, 2), 1));

        StepClosed closed = Assert.Single(probe.Recorded.OfType<StepClosed>());
        Assert.Equal((First, 4.0, 5.0), (closed.Fence, closed.Loss.Sum, closed.GradientNorm));
        Assert.Equal([2, 2], closed.Workers.Select(w => w.ShardCount));
        Assert.Equal(First.At(1), probe.SentTo<StepAssigned>(W0).Fence);
    }

    [Fact]
    public void ShardReported_Twice_SecondIsDropped()
    {
        RoleProbe probe = Computing();
        probe.Receive(W0, Report(new ShardRange(0, 2)));

        probe.Receive(W0, Report(new ShardRange(0, 2)));

        probe.AssertDropped(DropReason.Duplicate);
    }

    [Theory]
    [InlineData("other", 1, 0, DropReason.OtherRun)]
    [InlineData("run", 0, 7, DropReason.Stale)]
    [InlineData("run", 1, 1, DropReason.Unexpected)]
    [InlineData("run", 2, 0, DropReason.Unexpected)]
    public void ShardReported_WrongFence_IsDropped(string run, int generation, long step, DropReason reason)
    {
        RoleProbe probe = Computing();

        probe.Receive(W0, Report(new ShardRange(0, 2)) with { Fence = new Fence(run, 1, generation, step) });

        probe.AssertDropped(reason);
    }

    [Fact]
    public void NodeFaulted_Worker_RestartsItAndGivesItsTasksToWhoeverIsFree()
    {
        RoleProbe probe = Computing();
        probe.Receive(W1, Report(new ShardRange(2, 2)));

        probe.Receive(W0, new NodeFaulted(First, 0, new WorkError("planted", false)));

        Assert.Equal(0, probe.SentTo<RestartGranted>(W0).Incarnation);
        Assert.Equal([new ShardRange(0, 2)], probe.SentTo<StepAssigned>(W1).Ranges);
    }

    [Fact]
    public void NodeFaulted_BudgetUsedUp_DismissesTheWorkerAndLosesTheClusterWhenNoneIsLeft()
    {
        RoleProbe probe = Computing();
        for (int incarnation = 0; incarnation < Options.RestartBudget; incarnation++)
        {
            probe.Receive(W0, new NodeFaulted(First, incarnation, new WorkError("planted", false)));
            probe.SentTo<RestartGranted>(W0);
            probe.Receive(W0, new WorkerReady(Nobody, incarnation + 1, IsIdle: true));
        }

        probe.Receive(W0, new NodeFaulted(First, Options.RestartBudget, new WorkError("planted", false)));
        probe.SentTo<Dismissed>(W0);
        probe.Receive(W0, new WorkerReady(Nobody, 9, IsIdle: true));
        probe.SentTo<Dismissed>(W0);
        for (int incarnation = 0; incarnation <= Options.RestartBudget; incarnation++)
        {
            probe.Receive(W1, new NodeFaulted(First, incarnation, new WorkError("last words", false)));
            if (incarnation < Options.RestartBudget)
                probe.Receive(W1, new WorkerReady(Nobody, incarnation + 1, IsIdle: true));
        }

        AssertEnded(probe, JobOutcomeKind.LostCluster, "last words");
    }

    [Fact]
    public void NodeFaulted_Server_BeginsANewGenerationFromTheNewestCheckpoint()
    {
        RoleProbe probe = Computing();

        probe.Receive(S1, new NodeFaulted(First, 0, new WorkError("planted", false)));
        probe.SentTo<RestartGranted>(S1);
        var second = new Fence("run", 1, 2, 0);
        probe.Receive(S0, new ServerReady(second, 0));
        probe.Receive(S1, new ServerReady(second, 1));

        Assert.Equal(second, probe.SentTo<RestoreRequested>(S0).Fence);
        Assert.Equal(second, probe.SentTo<RestoreRequested>(S1).Fence);
        probe.Receive(W0, Report(new ShardRange(0, 2))).AssertDropped(DropReason.Stale);
    }

    [Fact]
    public void WorkerReady_InMidStep_GetsTasksFromTheNextAssignment()
    {
        RoleProbe probe = Applying();
        probe.Receive(NodeId.Worker(2), new WorkerReady(Nobody, 0, IsIdle: true));
        Assert.IsType<Welcomed>(Assert.Single(probe.Sent).Message);

        probe.Receive(S0, new SliceUpdated(First, new SliceId(0, 2), 1));
        probe.Receive(S1, new SliceUpdated(First, new SliceId(1, 2), 1));

        Assert.NotEmpty(probe.SentTo<StepAssigned>(NodeId.Worker(2)).Ranges);
    }

    [Fact]
    public void StopRequested_InMidStep_FinishesItWritesACheckpointAndEnds()
    {
        RoleProbe probe = Applying();
        probe.Step(new StopRequested());
        Assert.IsType<StopAccepted>(Assert.Single(probe.Recorded));
        probe.Receive(S0, new SliceUpdated(First, new SliceId(0, 2), 1));
        probe.Receive(S1, new SliceUpdated(First, new SliceId(1, 2), 1));

        long workId = TakeSnapshot(probe, First.At(1)).WorkId;
        probe.Step(new WorkDone(workId, new CheckpointWritten("kept")));

        JobOutcome outcome = Assert.Single(probe.Effects.OfType<EndJob>()).Outcome;
        Assert.Equal((JobOutcomeKind.Stopped, "kept", 1L), (outcome.Kind, outcome.CheckpointId, outcome.Progress.Step));
        Assert.All([S0, S1, W0, W1], node => probe.SentTo<JobEnded>(node));
    }

    [Fact]
    public void StopRequested_BeforeAnythingHappened_EndsAtOnce()
    {
        AssertEnded(Fresh().Step(new StopRequested()), JobOutcomeKind.Stopped, reason: null);
    }

    [Fact]
    public void StopRequested_ServerHasLeftWithACheckpoint_EndsWithItAtOnce()
    {
        // Somebody asks the whole cluster to end, and the servers hear it first.
        RoleProbe probe = Applying();
        probe.Receive(S0, new ServerReady(First, 0, IsLeaving: true));
        probe.Receive(S0, new SliceUpdated(First, new SliceId(0, 2), 1));
        probe.Receive(S1, new SliceUpdated(First, new SliceId(1, 2), 1));
        long workId = TakeSnapshot(probe, First.At(1)).WorkId;
        probe.Step(new WorkDone(workId, new CheckpointWritten("kept")));
        Assert.Contains(probe.Recorded, e => e is NodeLeft);

        AssertEnded(probe.Step(new StopRequested()), JobOutcomeKind.Stopped, reason: null);
        Assert.Equal("kept", Assert.Single(probe.Effects.OfType<EndJob>()).Outcome.CheckpointId);
    }

    [Fact]
    public void StopRequested_ServerIsGoneForGood_EndsAfterAMomentWithWhatIsSaved()
    {
        RoleProbe probe = Applying();
        probe.After(Options.ServerLostTimeout);
        probe.Step(new StopRequested());
        Assert.Empty(probe.Effects.OfType<EndJob>()); // it may come back with what it held

        AssertEnded(probe.After(Options.GatherGrace), JobOutcomeKind.Stopped, reason: null);
        Assert.Equal(0, Assert.Single(probe.Effects.OfType<EndJob>()).Outcome.Progress.Step);
    }

    [Fact]
    public void StopRequested_WorkersAreGone_TheStateOfTheServersIsSaved()
    {
        RoleProbe probe = Applying();
        probe.Receive(S0, new SliceUpdated(First, new SliceId(0, 2), 1));
        probe.Receive(S1, new SliceUpdated(First, new SliceId(1, 2), 1));
        probe.Step(new PeerLost(S0)).Step(new PeerLost(W0)).Step(new PeerLost(W1));
        var second = new Fence("run", 1, 2, 1);
        probe.Step(new StopRequested());

        var progress = new JobProgress { Step = 1, StepInEpoch = 1 };
        foreach (NodeId server in (NodeId[])[S0, S1])
        {
            probe.Receive(server, new ServerReady(
                second, 0, new SliceHolding(new SliceId(server.Index, 2), progress, HoldingState.Open, null, null)));
        }

        Assert.All([S0, S1], server => probe.SentTo<ResumeRequested>(server));
    }

    [Fact]
    public void GradientMissing_Reported_HasItComputedAgain()
    {
        RoleProbe probe = Computing();
        probe.Receive(W0, Report(new ShardRange(0, 2)));
        probe.Receive(W1, Report(new ShardRange(2, 2)));

        probe.After(Options.RepeatInterval);
        probe.SentTo<ReductionAwaited>(S0);
        probe.Receive(S0, new GradientMissing(First, new SliceId(0, 2), [new ShardRange(2, 2)]));

        Assert.Equal(
            [new ShardRange(2, 1), new ShardRange(3, 1)],
            probe.Sent.SelectMany(s => ((StepAssigned)s.Message).Ranges).OrderBy(r => r.Start));
    }

    [Fact]
    public void Timer_ServersMissing_LosesTheClusterAndNamesThem()
    {
        RoleProbe probe = Fresh();
        probe.Receive(S0, new ServerReady(Nobody, 0)).Receive(S0, new ServerReady(First, 0));

        AssertEnded(probe.After(Options.GatherTimeout), JobOutcomeKind.LostCluster, "server-1, any worker");
    }

    [Fact]
    public void Timer_UpdateUnanswered_IsAskedAgainOfTheSilentServer()
    {
        RoleProbe probe = Applying();
        probe.Receive(S0, new SliceUpdated(First, new SliceId(0, 2), 1));

        probe.After(Options.RepeatInterval);

        Assert.Equal([S1], probe.Sent.Where(s => s.Message is ApplyUpdate).Select(s => s.To));
    }

    [Fact]
    public void Timer_ServerSilentForTooLong_BeginsANewGeneration()
    {
        RoleProbe probe = Applying();

        probe.After(Options.ServerLostTimeout);

        Assert.Equal(S0, Assert.Single(probe.Recorded.OfType<NodeLost>()).Node);
        var second = new Fence("run", 1, 2, 0);
        probe.Receive(S1, new ServerReady(second, 0));
        probe.Receive(S0, new ServerReady(second, 0));
        Assert.Equal(second, probe.SentTo<RestoreRequested>(S1).Fence);
    }

    [Fact]
    public void Timer_WorkerOverdue_ItsTasksGoToAFreeOneAndTheFirstAnswerCounts()
    {
        RoleProbe probe = Computing();
        probe.Receive(W1, Report(new ShardRange(2, 2)));

        probe.After(Options.FirstTaskTimeout);

        Assert.Equal(W0, Assert.Single(probe.Recorded.OfType<WorkerOverdue>()).Worker);
        Assert.Equal([new ShardRange(0, 2)], probe.SentTo<StepAssigned>(W1).Ranges);
        Assert.Empty(probe.Receive(W0, Report(new ShardRange(0, 2))).Effects);
        probe.Receive(W1, Report(new ShardRange(0, 2))).AssertDropped(DropReason.Duplicate);
    }

    [Fact]
    public void Timer_OnlyWorkerSilentForTooLong_WaitsForAnotherAndThenLosesTheCluster()
    {
        RoleProbe probe = Computing();
        probe.Step(new PeerLost(W1));

        probe.After(Options.WorkerLostTimeout);
        Assert.Equal(W0, Assert.Single(probe.Recorded.OfType<NodeLost>()).Node);

        AssertEnded(probe.After(Options.MinWorkersTimeout), JobOutcomeKind.LostCluster, "there has been no worker");
    }

    [Fact]
    public void ShardReported_ByALostWorker_CountsAndBringsItBack()
    {
        RoleProbe probe = Computing();
        probe.Step(new PeerLost(W0));

        probe.Receive(W0, Report(new ShardRange(0, 2)));

        Assert.Equal(W0, Assert.Single(probe.Recorded.OfType<WorkerJoined>()).Worker);
    }

    [Fact]
    public void Timer_CheckpointWriteHangs_FailsTheJob()
    {
        RoleProbe probe = Applying();
        probe.Step(new StopRequested());
        probe.Receive(S0, new SliceUpdated(First, new SliceId(0, 2), 1));
        probe.Receive(S1, new SliceUpdated(First, new SliceId(1, 2), 1));
        TakeSnapshot(probe, First.At(1));

        AssertEnded(probe.After(Options.CheckpointTimeout), JobOutcomeKind.Failed, "checkpoint of step 1");
    }

    [Fact]
    public void WorkFailed_CheckpointAttemptsUsedUp_FailsTheJob()
    {
        RoleProbe probe = Applying();
        probe.Step(new StopRequested());
        probe.Receive(S0, new SliceUpdated(First, new SliceId(0, 2), 1));
        probe.Receive(S1, new SliceUpdated(First, new SliceId(1, 2), 1));
        long workId = TakeSnapshot(probe, First.At(1)).WorkId;
        for (int attempt = 1; attempt < Options.CheckpointAttempts; attempt++)
        {
            probe.Step(new WorkFailed(workId, new WorkError("no luck", false)));
            Assert.Empty(probe.Effects.OfType<EndJob>());
            workId = probe.After(Options.CheckpointRetryInterval).Started<WriteCheckpoint>().WorkId;
        }

        AssertEnded(probe.Step(new WorkFailed(workId, new WorkError("no luck", false))), JobOutcomeKind.Failed, "no luck");
    }

    [Fact]
    public void AnyMessage_JobIsOver_IsAnsweredWithTheEnd()
    {
        RoleProbe probe = Fresh().Step(new StopRequested());

        probe.Receive(W0, new WorkerReady(Nobody, 0, IsIdle: true));

        probe.SentTo<JobEnded>(W0);
        Assert.Single(probe.Effects);
    }

    private static RoleProbe Fresh() =>
        new RoleProbe(new Coordinator(Job, new ExactPolicy(), new ClusterShape(2), Options)).Step(new Started());

    private static RoleProbe Computing()
    {
        RoleProbe probe = Fresh();
        probe.Receive(W0, new WorkerReady(Nobody, 0, IsIdle: true));
        probe.Receive(W1, new WorkerReady(Nobody, 0, IsIdle: true));
        probe.Receive(S0, new ServerReady(Nobody, 0)).Receive(S0, new ServerReady(First, 0));
        probe.Receive(S1, new ServerReady(Nobody, 0)).Receive(S1, new ServerReady(First, 0));
        probe.Receive(S0, new SliceReady(First, new SliceId(0, 2), 1));
        return probe.Receive(S1, new SliceReady(First, new SliceId(1, 2), 1));
    }

    private static RoleProbe Applying()
    {
        RoleProbe probe = Computing();
        probe.Receive(W0, Report(new ShardRange(0, 2)));
        probe.Receive(W1, Report(new ShardRange(2, 2)));
        probe.Receive(S0, new SliceReduced(First, new SliceId(0, 2), [9]));
        return probe.Receive(S1, new SliceReduced(First, new SliceId(1, 2), [16]));
    }

    private static StartWork TakeSnapshot(RoleProbe probe, Fence fence)
    {
        probe.SentTo<SnapshotRequested>(S0);
        probe.Receive(S0, new SnapshotTaken(fence, new SliceId(0, 2), new Named("a"), [null, null]));
        probe.Receive(S1, new SnapshotTaken(fence, new SliceId(1, 2), new Named("b"), [null, null]));
        return probe.Started<WriteCheckpoint>();
    }

    private static ShardReported Report(ShardRange shards) => new(
        First,
        RoundKind.Training,
        shards,
        [.. Enumerable.Repeat(new LossTotal(1, 1, 0), shards.Count)],
        TimeSpan.FromMilliseconds(3));

    private static void AssertEnded(RoleProbe probe, JobOutcomeKind kind, string? reason)
    {
        JobOutcome outcome = Assert.Single(probe.Effects.OfType<EndJob>()).Outcome;
        Assert.Equal(kind, outcome.Kind);
        if (reason is null)
            Assert.Null(outcome.Reason);
        else
            Assert.Contains(reason, outcome.Reason, StringComparison.Ordinal);
    }
}
