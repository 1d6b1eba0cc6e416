using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>
/// Values that take longer than <see cref="ProtocolOptions.RepeatInterval"/> (10 s): when they are asked for again. One
/// server, two shards.
/// </summary>
public sealed class SlowTransferTests
{
    private static readonly ProtocolOptions Options = new()
    {
        WorkerSilenceTimeout = TimeSpan.FromDays(1),
        ServerSilenceTimeout = TimeSpan.FromDays(1),
    };

    private static readonly Fence First = new("run", 1, 1, 0);
    private static readonly SliceId Slice = new(0, 1);
    private static readonly ShardRange All = new(0, 2);
    private static readonly NodeId Worker = NodeId.Worker(0);
    private static readonly NodeId Server = NodeId.Server(0);

    [Fact]
    public void Pull_Unanswered_IsRepeatedAtLongerAndLongerIntervals()
    {
        RoleProbe probe = AWorker();
        Assign(probe, First);

        Assert.Equal([10, 30, 70, 150, 230], probe.SecondsOf<PullParameters>(300));
    }

    [Fact]
    public void Pull_TakesNoLongerThanTheTwoBefore_IsNotRepeated()
    {
        RoleProbe probe = AWorker();
        for (int step = 0; step < 2; step++)
        {
            Assign(probe, First.At(step));
            Assert.Equal([10, 30], probe.SecondsOf<PullParameters>(40));
            Answer(probe, First.At(step));
        }

        Assign(probe, First.At(2));

        Assert.Empty(probe.SecondsOf<PullParameters>(40));
    }

    [Fact]
    public void Pull_OneBeforeWasLost_IsMissedAsSoonAsEver()
    {
        RoleProbe probe = AWorker();
        for (int step = 0; step < 2; step++)
        {
            Assign(probe, First.At(step));
            probe.After(TimeSpan.FromSeconds(step == 0 ? 1 : 25));
            Answer(probe, First.At(step));
        }

        Assign(probe, First.At(2));

        Assert.Equal([10], probe.SecondsOf<PullParameters>(20));
    }

    [Fact]
    public void Pull_TookVeryLong_IsMissedAllTheSame()
    {
        RoleProbe probe = AWorker();
        for (int step = 0; step < 2; step++)
        {
            Assign(probe, First.At(step));
            probe.After(Options.ServerLostTimeout);
            Answer(probe, First.At(step));
        }

        Assign(probe, First.At(2));

        Assert.Equal([160, 320], probe.SecondsOf<PullParameters>(400));
    }

    [Fact]
    public void Sum_Missing_IsAskedForAtLongerAndLongerIntervals()
    {
        RoleProbe probe = ACoordinator();
        Report(probe, First);

        Assert.Equal([10, 30, 70, 150, 230], probe.SecondsOf<ReductionAwaited>(300));
    }

    [Fact]
    public void Sum_ParametersTookLong_GradientsMayTakeTwiceAsLong()
    {
        RoleProbe probe = ACoordinator();
        probe.After(TimeSpan.FromSeconds(20));
        Report(probe, First);

        Assert.Equal([40], probe.SecondsOf<ReductionAwaited>(60));
    }

    [Fact]
    public void Sum_TakesNoLongerThanTheTwoBefore_IsNotAskedFor()
    {
        RoleProbe probe = ACoordinator();
        for (int step = 0; step < 2; step++)
        {
            Report(probe, First.At(step));
            Assert.Equal([10, 30], probe.SecondsOf<ReductionAwaited>(40));
            probe.Receive(Server, new SliceReduced(First.At(step), Slice, [9]));
            probe.Receive(Server, new SliceUpdated(First.At(step), Slice, 1));
        }

        Report(probe, First.At(2));

        Assert.Empty(probe.SecondsOf<ReductionAwaited>(40));
    }

    private static RoleProbe AWorker() => new RoleProbe(new Worker("run", 0, Options)).Step(new Started());

    private static void Assign(RoleProbe probe, Fence fence)
    {
        probe.Receive(NodeId.Coordinator, new StepAssigned(fence, RoundKind.Training, 0, 0, [[Server]], [All]));
        probe.SentTo<PullParameters>(Server);
    }

    private static void Answer(RoleProbe probe, Fence fence) =>
        probe.Receive(Server, new ParametersPulled(fence, Slice, new Named("parameters"), 0, [null, null]));

    private static RoleProbe ACoordinator()
    {
        var job = new JobDescription { RunId = "run", ShardCount = 2, StepsPerEpoch = 9, EpochCount = 1 };
        RoleProbe probe = new RoleProbe(new Coordinator(job, new ExactPolicy(), new ClusterShape(1), Options)).Step(new Started());
        probe.Receive(Worker, new WorkerReady(First, 0, IsIdle: true));
        probe.Receive(Server, new ServerReady(First, 0));
        probe.Receive(Server, new SliceReady(First, Slice, 1));
        probe.SentTo<StepAssigned>(Worker);
        return probe;
    }

    private static void Report(RoleProbe probe, Fence fence) =>
        probe.Receive(Worker, new ShardReported(fence, RoundKind.Training, All, new LossTotal[2], TimeSpan.Zero));
}
