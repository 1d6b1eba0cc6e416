using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>
/// Well-formed messages from members that are not to be believed: of the wrong sender, or with numbers that the job does
/// not have. Two servers, four shards.
/// </summary>
public sealed class HostileMessageTests
{
    private const int ShardCount = 4;

    private static readonly ProtocolOptions Options = new();
    private static readonly Fence Fence = new("run", 1, 1, 0);
    private static readonly NodeId[] Nodes =
        [NodeId.Coordinator, NodeId.Server(0), NodeId.Server(1), NodeId.Server(9), NodeId.Worker(0), NodeId.Worker(9)];

    public static TheoryData<NodeRole> Roles() => [NodeRole.Coordinator, NodeRole.Server, NodeRole.Worker];

    public static TheoryData<NodeRole, NodeId, Message> OutsideTheJob()
    {
        NodeId server = NodeId.Server(1);
        NodeId worker = NodeId.Worker(0);
        SliceId slice = new(1, 2);
        Named value = new("value");
        StepAssigned assigned = Assignment();
        var data = new TheoryData<NodeRole, NodeId, Message>();
        foreach (ShardRange range in (ShardRange[])[new(ShardCount, 1), new(0, 2 * ShardCount), new(1 << 19, 1 << 19)])
        {
            data.Add(NodeRole.Coordinator, worker, new ShardReported(
                Fence, RoundKind.Training, range, new LossTotal[range.Count], TimeSpan.Zero));
            data.Add(NodeRole.Coordinator, server, new GradientMissing(Fence, slice, [new ShardRange(0, 1), range]));
            data.Add(NodeRole.Server, worker, new PushGradient(Fence, slice, range, value, new Payload?[range.Count]));
        }

        foreach (SliceId other in (SliceId[])[new(0, 2), new(1, 3), new(0, 1)])
        {
            data.Add(NodeRole.Coordinator, server, new GradientMissing(Fence, other, [new ShardRange(0, 1)]));
            data.Add(NodeRole.Coordinator, server, new SliceReduced(Fence, other, [1]));
            data.Add(NodeRole.Coordinator, server, new SliceReady(Fence, other, 1));
            data.Add(NodeRole.Server, worker, new PullParameters(Fence, other));
            data.Add(NodeRole.Server, worker, new PushGradient(Fence, other, new ShardRange(0, 1), value, [null]));
        }

        data.Add(NodeRole.Coordinator, NodeId.Server(9), new SliceReduced(Fence, slice, [1]));
        data.Add(NodeRole.Coordinator, NodeId.Server(9), new ServerReady(Fence, 0));
        data.Add(NodeRole.Coordinator, server, new SnapshotTaken(Fence, slice, value, new Payload?[1]));
        data.Add(NodeRole.Worker, server, new ParametersPulled(Fence, new SliceId(2, 3), value, 0, []));
        IReadOnlyList<IReadOnlyList<NodeId>>[] holders =
            [[], [[], [server]], [[server]], [[worker], [server]], [[server], [server], [server]]];
        foreach (IReadOnlyList<IReadOnlyList<NodeId>> other in holders)
        {
            data.Add(NodeRole.Worker, NodeId.Coordinator, assigned with { Holders = other });
            data.Add(NodeRole.Worker, NodeId.Coordinator, new HoldersChanged(Fence, other));
        }

        data.Add(NodeRole.Worker, NodeId.Coordinator, assigned with { Fence = Fence.At(1), Holders = [] });
        return data;
    }

    [Theory]
    [MemberData(nameof(OutsideTheJob))]
    public void AnyMessage_NumbersOutsideTheJob_IsDropped(NodeRole receiver, NodeId from, Message message)
    {
        InMidStep(receiver).Receive(from, message).AssertDropped(DropReason.Unexpected);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void AnyMessage_OfAnotherRoleThanSendsIt_IsDropped(NodeRole receiver)
    {
        var messages = new SoundMessages(_ => 0);
        RoleProbe probe = InMidStep(receiver);
        foreach (Type type in SoundMessages.Types)
        {
            IReadOnlyList<NodeRole> senders = SoundMessages.SendersOf(type);
            foreach (NodeId from in Nodes.Where(node => !senders.Contains(node.Role)))
                probe.Receive(from, messages.Of(type, Fence)).AssertDropped(DropReason.Unexpected);
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void AnyMessages_NumbersAtRandom_NeverThrow(NodeRole receiver)
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var messages = new SoundMessages(random.Next);
            RoleProbe probe = InMidStep(receiver);
            for (int i = 0; i < 40; i++)
            {
                Type type = SoundMessages.Types[random.Next(SoundMessages.Types.Count)];
                Fence fence = Fence.At(random.Next(3)) with { Generation = 1 + random.Next(2) };
                Message message = messages.Of(type, fence);
                NodeId from = Nodes[random.Next(Nodes.Length)];
                Exception? e = Record.Exception(() => probe.Receive(from, message));
                Assert.True(e is null, $"seed {seed}: {message} of {from}: {e}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void AnyMessages_OneSenderWithoutEnd_FewOfThemAreRecorded(NodeRole receiver)
    {
        RoleProbe probe = InMidStep(receiver);
        NodeId flooding = NodeId.Worker(9);
        int Recorded(NodeId from) => Enumerable.Range(0, 3 * DropRecorder.MaxRecorded)
            .Sum(_ => probe.Receive(from, new JobEnded(Fence)).Recorded.Count);

        Assert.Equal(DropRecorder.MaxRecorded, Recorded(flooding));
        Assert.Equal(DropRecorder.MaxRecorded, Recorded(NodeId.Worker(0)));
        Assert.Equal(0, Recorded(flooding));
        probe.After(Options.ReviewInterval);
        Assert.Equal(DropRecorder.MaxRecorded, Recorded(flooding));
    }

    [Fact]
    public void GradientMissing_SubtreesThatOverlap_TheRoundIsClosedAllTheSame()
    {
        RoleProbe probe = InMidStep(NodeRole.Coordinator);
        probe.Receive(NodeId.Worker(0), Report(new ShardRange(0, 4), TimeSpan.Zero));

        probe.Receive(NodeId.Server(1), new GradientMissing(
            Fence, new SliceId(1, 2), [new ShardRange(0, 1), new ShardRange(0, 1), new ShardRange(0, 4)]));
        Assert.Equal([new ShardRange(0, 1)], probe.SentTo<StepAssigned>(NodeId.Worker(0)).Ranges);
        probe.Receive(NodeId.Worker(0), Report(new ShardRange(0, 1), TimeSpan.Zero));
        probe.Receive(NodeId.Server(0), new SliceReduced(Fence, new SliceId(0, 2), [1]));
        probe.Receive(NodeId.Server(1), new SliceReduced(Fence, new SliceId(1, 2), [1]));

        probe.SentTo<ApplyUpdate>(NodeId.Server(0));
    }

    [Fact]
    public void ShardReported_TimesWithoutEnd_AddUp()
    {
        RoleProbe probe = InMidStep(NodeRole.Coordinator);

        probe.Receive(NodeId.Worker(0), Report(new ShardRange(0, 2), TimeSpan.MaxValue));
        probe.Receive(NodeId.Worker(0), Report(new ShardRange(2, 2), TimeSpan.MaxValue));

        probe.Receive(NodeId.Server(0), new SliceReduced(Fence, new SliceId(0, 2), [1]));
        probe.Receive(NodeId.Server(1), new SliceReduced(Fence, new SliceId(1, 2), [1]));
        probe.SentTo<ApplyUpdate>(NodeId.Server(0));
    }

    [Fact]
    public void ServerReady_HoldsAStepThatNoEpochHas_BeginsFromTheCheckpoint()
    {
        RoleProbe probe = Gathering();
        var progress = new JobProgress { Step = 7, StepInEpoch = 99 };
        for (int k = 0; k < 2; k++)
        {
            var holding = new SliceHolding(new SliceId(k, 2), progress, HoldingState.Open, LastUpdate: null, UnsavedBestStep: null);
            probe.Receive(NodeId.Server(k), new ServerReady(Fence, 0, holding));
        }

        Assert.Equal(Fence, probe.SentTo<RestoreRequested>(NodeId.Server(0)).Fence);
    }

    private static RoleProbe InMidStep(NodeRole role) => role switch
    {
        NodeRole.Coordinator => CoordinatorInMidStep(),
        NodeRole.Server => ServerInMidStep(),
        _ => WorkerInMidStep(),
    };

    private static RoleProbe Gathering()
    {
        var job = new JobDescription { RunId = "run", ShardCount = ShardCount, StepsPerEpoch = 3, EpochCount = 2 };
        RoleProbe probe = new RoleProbe(new Coordinator(job, new ExactPolicy(), new ClusterShape(2), Options)).Step(new Started());
        return probe.Receive(NodeId.Worker(0), new WorkerReady(Fence, 0, IsIdle: true));
    }

    private static RoleProbe CoordinatorInMidStep()
    {
        RoleProbe probe = Gathering();
        for (int k = 0; k < 2; k++)
            probe.Receive(NodeId.Server(k), new ServerReady(Fence, 0));
        for (int k = 0; k < 2; k++)
            probe.Receive(NodeId.Server(k), new SliceReady(Fence, new SliceId(k, 2), 1));
        probe.SentTo<StepAssigned>(NodeId.Worker(0));
        return probe;
    }

    private static RoleProbe ServerInMidStep()
    {
        RoleProbe probe = new RoleProbe(new ParameterServer("run", 0, Options)).Step(new Started());
        probe.Receive(NodeId.Coordinator, new RestoreRequested(
            Fence, new SliceId(1, 2), Replica: 0, ShardCount, JobProgress.Initial, CheckpointId: null));
        long workId = probe.Started<RestoreSlice>().WorkId;
        return probe.Step(new WorkDone(workId, new SliceRestored(new Named("parameters"), [null, null], 1)));
    }

    private static RoleProbe WorkerInMidStep() =>
        new RoleProbe(new Worker("run", 0, Options)).Step(new Started()).Receive(NodeId.Coordinator, Assignment());

    private static StepAssigned Assignment() => new(
        Fence, RoundKind.Training, 0, 0, [[NodeId.Server(0)], [NodeId.Server(1)]], [new ShardRange(0, 4)]);

    private static ShardReported Report(ShardRange shards, TimeSpan compute) =>
        new(Fence, RoundKind.Training, shards, new LossTotal[shards.Count], compute);
}
