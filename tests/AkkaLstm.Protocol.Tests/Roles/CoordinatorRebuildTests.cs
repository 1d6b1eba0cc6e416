using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>
/// A coordinator that is started anew, for a run whose servers go on: two slices, four shards, three steps an
/// epoch. The one before was of term 1, generation 1.
/// </summary>
public sealed class CoordinatorRebuildTests
{
    private static readonly ProtocolOptions Options = new()
    {
        WorkerSilenceTimeout = TimeSpan.FromDays(1),
        ServerSilenceTimeout = TimeSpan.FromDays(1),
    };

    private static readonly NodeId W0 = NodeId.Worker(0);
    private static readonly NodeId S0 = NodeId.Server(0);
    private static readonly NodeId S1 = NodeId.Server(1);
    private static readonly StepDecision Decision = new(0.5f, 0.25f);

    private static readonly JobDescription Job = new()
    {
        RunId = "run",
        ShardCount = 4,
        StepsPerEpoch = 3,
        EpochCount = 2,
    };

    [Fact]
    public void Ready_AllServersAtOneStep_ResumesThereWithoutACheckpoint()
    {
        RoleProbe probe = Gathered(Holding(0, 2), Holding(1, 2));

        Fence fence = NewFence.At(2);
        Assert.Equal(fence, probe.SentTo<ResumeRequested>(S0).Fence);
        Assert.Equal(StateSource.Servers, Assert.Single(probe.Recorded.OfType<GenerationStarted>()).Source);
        probe.Receive(S0, new SliceReady(fence, new SliceId(0, 2), 1));
        probe.Receive(S1, new SliceReady(fence, new SliceId(1, 2), 1));
        Assert.Equal((fence, 2), (probe.SentTo<StepAssigned>(W0).Fence, probe.SentTo<StepAssigned>(W0).StepInEpoch));
    }

    [Fact]
    public void Ready_OneServerHasNotAppliedTheLastUpdate_IsGivenItFirst()
    {
        RoleProbe probe = Gathered(Holding(0, 2), Holding(1, 1, HoldingState.Summed));

        ApplyUpdate update = probe.SentTo<ApplyUpdate>(S1);
        Assert.Equal((NewFence.At(1), Decision, 2L), (update.Fence, update.Decision, update.Progress.Step));
        Assert.DoesNotContain(probe.Sent, s => s.Message is ResumeRequested);

        probe.Receive(S1, new ServerReady(NewFence.At(2), 0, Holding(1, 2)));
        Assert.Equal(NewFence.At(2), probe.SentTo<ResumeRequested>(S1).Fence);
    }

    [Fact]
    public void Ready_OneServerIsApplying_IsWaitedFor()
    {
        RoleProbe probe = Gathered(Holding(0, 2), Holding(1, 1, HoldingState.Applying));
        Assert.DoesNotContain(probe.Sent, s => s.Message is ResumeRequested or RestoreRequested);

        probe.Receive(S1, new ServerReady(NewFence.At(2), 0, Holding(1, 2)));

        Assert.Equal(NewFence.At(2), probe.SentTo<ResumeRequested>(S1).Fence);
    }

    [Fact]
    public void Ready_OneServerHasLostItsSlice_AllGoBackToTheCheckpoint()
    {
        RoleProbe probe = Gathered(Holding(0, 2), null);

        RestoreRequested request = probe.SentTo<RestoreRequested>(S0);
        Assert.Equal(("saved", 1L, NewFence.At(1)), (request.CheckpointId, request.Progress.Step, request.Fence));
    }

    [Fact]
    public void Ready_OneServerIsAStepBehindWithoutASum_AllGoBackToTheCheckpoint()
    {
        RoleProbe probe = Gathered(Holding(0, 2), Holding(1, 1));

        Assert.Equal("saved", probe.SentTo<RestoreRequested>(S1).CheckpointId);
    }

    [Fact]
    public void Ready_TheBestStateWasNotWritten_GoesBackToComeByItAgain()
    {
        RoleProbe probe = Gathered(
            Holding(0, 2) with { UnsavedBestStep = 2 }, Holding(1, 2) with { UnsavedBestStep = 2 });

        Assert.Equal("saved", probe.SentTo<RestoreRequested>(S0).CheckpointId);
    }

    [Fact]
    public void Ready_CheckpointHasClosedTheEpoch_ItsProgressIsTaken()
    {
        var closed = new JobProgress { Step = 3, Epoch = 1, PolicyState = "after epoch 0" };
        RoleProbe probe = Gathered(Holding(0, 3), Holding(1, 3), closed);
        Fence fence = NewFence.At(3);
        probe.Receive(S0, new SliceReady(fence, new SliceId(0, 2), 1));
        probe.Receive(S1, new SliceReady(fence, new SliceId(1, 2), 1));

        Assert.Equal((1, 0), (probe.SentTo<StepAssigned>(W0).Epoch, probe.SentTo<StepAssigned>(W0).StepInEpoch));
        Assert.Empty(probe.Recorded.OfType<EpochClosed>());
    }

    [Fact]
    public void AnyMessage_OfALaterTerm_EndsACoordinatorInOffice()
    {
        RoleProbe probe = Gathered(Holding(0, 2), Holding(1, 2));

        probe.Receive(W0, new WorkerReady(NewFence with { Term = 7 }, 0, IsIdle: true));

        Assert.Equal(JobOutcomeKind.Superseded, Assert.Single(probe.Effects.OfType<EndJob>()).Outcome.Kind);
        Assert.Empty(probe.Sent); // the job goes on elsewhere: nobody is told to stop
    }

    private static Fence NewFence => new("run", 2, 2, 0);

    private static SliceHolding Holding(int slice, long step, HoldingState state = HoldingState.Open) => new(
        new SliceId(slice, 2),
        new JobProgress { Step = step, StepInEpoch = (int)step },
        state,
        Decision,
        UnsavedBestStep: null);

    private static RoleProbe Gathered(SliceHolding? first, SliceHolding? second, JobProgress? saved = null)
    {
        JobDescription job = Job with
        {
            Start = saved ?? new JobProgress { Step = 1, StepInEpoch = 1 },
            RestoreFrom = "saved",
        };
        var before = new Fence("run", 1, 1, 2);
        RoleProbe probe = new RoleProbe(new Coordinator(job with { Term = 2 }, new ExactPolicy(), new ClusterShape(2), Options))
            .Step(new Started())
            .Receive(W0, new WorkerReady(before, 0, IsIdle: true))
            .Receive(S0, new ServerReady(before, 0, first));
        Assert.Equal(NewFence.Ballot, probe.SentTo<HoldingRequested>(S0).Fence.Ballot);
        probe.Receive(S1, new ServerReady(before, 0, second));
        probe.Receive(S0, new ServerReady(NewFence.At(first!.Progress.Step), 0, first));
        return probe.Receive(S1, new ServerReady(NewFence.At(2), 0, second));
    }
}
