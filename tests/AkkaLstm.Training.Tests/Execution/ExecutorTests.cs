using AkkaLstm.Data;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Execution.Payloads;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Execution;

/// <summary>The executors without actors around them.</summary>
public sealed class ExecutorTests : IDisposable
{
    private const string RunId = "run";

    // At most as many as the text has.
    private const int StepsPerEpoch = 20;

    private static readonly SliceId OnlySlice = new(0, 1);

    private readonly TemporaryDirectory _directory = new();
    private readonly JobContext _job;
    private readonly MathExecutorFactory _factory;

    public ExecutorTests()
    {
        string text = _directory.Write(
            "text.txt", string.Concat(Enumerable.Range(0, 150).Select(i => $"line {i * i % 97}\n")));
        TrainingPlan plan = TrainingPlan.Resolve(new PlanOptions
        {
            Data = text, Task = DataTask.CharLm, Hidden = 8, Layers = 2, Embedding = 5, Dropout = 0.2, Window = 6, Batch = 8, Shards = 4,
        });
        DataSet data = DataSets.Open(plan.ToDataOptions());
        var card = new ModelCard(plan, data.Hash, plan.ToModelSpec(data.Shape), data.Artifacts);
        var store = new CheckpointStore(
            _directory["checkpoints"], card, plan.ToOptimizerSpec().MomentNames, _ => { });
        _job = new JobContext(plan, data, new LocalStates(store, InitialState.Of(plan, card.Model)));
        _factory = new MathExecutorFactory(_job, store);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Execute_PartsOfAStep_JoinToTheBitsOfTheWhole()
    {
        using IWorkExecutor server = _factory.Create(NodeId.Server(0), 0);
        using IWorkExecutor worker = _factory.Create(NodeId.Worker(0), 0);
        SliceRestored restored = Restore(server);

        ShardsComputed whole = Compute(worker, restored, new ShardRange(0, 4));
        ShardsComputed first = Compute(worker, restored, new ShardRange(0, 2));
        ShardsComputed third = Compute(worker, restored, new ShardRange(2, 1));
        ShardsComputed fourth = Compute(worker, restored, new ShardRange(3, 1));

        Assert.Equal(whole.Losses, [.. first.Losses, .. third.Losses, .. fourth.Losses]);
        Assert.Equal(
            whole.Carries.Select(Values), first.Carries.Concat(third.Carries).Concat(fourth.Carries).Select(Values));
        Assert.Equal(
            Reduce(server, (new ShardRange(0, 4), whole)),
            Reduce(
                server,
                (new ShardRange(0, 2), first),
                (new ShardRange(2, 1), third),
                (new ShardRange(3, 1), fourth)));
    }

    [Fact]
    public void Execute_AnswerOfAStep_StaysUntouchedThroughTheNext()
    {
        using IWorkExecutor server = _factory.Create(NodeId.Server(0), 0);
        using IWorkExecutor worker = _factory.Create(NodeId.Worker(0), 0);
        SliceRestored restored = Restore(server);
        ShardsComputed answer = Compute(worker, restored, new ShardRange(0, 4));
        float[] gradient = ((GradientPayload)answer.Gradient).Gradient.Dense.ToArray();
        float[][] carries = [.. answer.Carries.Select(Values)];
        Reduce(server, (new ShardRange(0, 4), answer));
        SliceApplied applied = Apply(server, step: 0);

        worker.Execute(Order(1, new ShardRange(0, 4), applied.Parameters, answer.Carries));

        Assert.Equal(gradient, ((GradientPayload)answer.Gradient).Gradient.Dense.ToArray());
        Assert.Equal(carries, answer.Carries.Select(Values));
    }

    [Fact]
    public void Execute_TrainingSteps_AllocateAlmostNothing()
    {
        const int WarmSteps = 20;
        const int MeasuredSteps = 50;
        const long MostBytesPerStep = 2_000; // result records, loss and block sums; no buffers
        using IWorkExecutor server = _factory.Create(NodeId.Server(0), 0);
        using IWorkExecutor worker = _factory.Create(NodeId.Worker(0), 0);
        SliceRestored restored = Restore(server);
        Payload parameters = restored.Parameters;
        IReadOnlyList<Payload?> carries = restored.Carries;

        long before = 0;
        for (int step = 0; step < WarmSteps + MeasuredSteps; step++)
        {
            if (step == WarmSteps) before = GC.GetAllocatedBytesForCurrentThread();
            var answer = (ShardsComputed)worker.Execute(Order(step, new ShardRange(0, 4), parameters, carries));
            Reduce(server, (new ShardRange(0, 4), answer), step);
            parameters = Apply(server, step).Parameters;
            carries = answer.Carries;
        }

        long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / MeasuredSteps;
        Assert.True(bytes < MostBytesPerStep, $"{bytes} bytes a step");
    }

    [Fact]
    public void Execute_Snapshot_IsACopyAndRestoresToTheSameBits()
    {
        using IWorkExecutor server = _factory.Create(NodeId.Server(0), 0);
        using IWorkExecutor worker = _factory.Create(NodeId.Worker(0), 0);
        using IWorkExecutor coordinator = _factory.Create(NodeId.Coordinator, 0);
        SliceRestored restored = Restore(server);
        ShardsComputed answer = Compute(worker, restored, new ShardRange(0, 4));
        Reduce(server, (new ShardRange(0, 4), answer));
        SliceApplied applied = Apply(server, step: 0);
        var snapshot = (SliceSnapshot)server.Execute(
            new SnapshotSlice(new Fence(RunId, 1, 1, 1), OnlySlice, SnapshotPurpose.Checkpoint, answer.Carries));

        ShardsComputed next = (ShardsComputed)worker.Execute(
            Order(1, new ShardRange(0, 4), applied.Parameters, answer.Carries));
        Reduce(server, (new ShardRange(0, 4), next), 1);
        SliceApplied expected = Apply(server, step: 1);
        var written = (CheckpointWritten)coordinator.Execute(new WriteCheckpoint(
            new Fence(RunId, 1, 1, 1), Fixtures.Progress(1), [snapshot.State], snapshot.Carries, CheckpointReason.Interval, IsBest: false));

        // Another generation goes on from the checkpoint with three servers.
        IWorkExecutor[] servers = [.. Enumerable.Range(0, 3).Select(k => _factory.Create(NodeId.Server(k), 0))];
        SliceRestored[] parts =
        [
            .. servers.Select(
                (s, k) =>
                    (SliceRestored)s.Execute(
                        new RestoreSlice(new Fence(RunId, 1, 2, 1), new SliceId(k, 3), Replica: 0, written.CheckpointId, 4))),
        ];
        Payload?[] carries = [.. parts.SelectMany(part => part.Carries)];
        var again = (ShardsComputed)worker.Execute(
            Order(1, new ShardRange(0, 4), parts[0].Parameters, carries, generation: 2));
        for (int k = 0; k < 3; k++)
        {
            var fence = new Fence(RunId, 1, 2, 1);
            servers[k].Execute(
                new ReduceSlice(fence, new SliceId(k, 3), [new GradientPart(new ShardRange(0, 4), again.Gradient)]));
            servers[k].Execute(new ApplySlice(fence, new SliceId(k, 3), new StepDecision(0.01f, 0.02f), []));
        }

        float[][] slices = [.. parts.Select(part => ((ParameterPayload)part.Parameters).ValuesOf(2).ToArray())];
        Assert.Equal(((ParameterPayload)expected.Parameters).ValuesOf(2).ToArray(), slices.SelectMany(slice => slice));
        foreach (IWorkExecutor executor in servers) executor.Dispose();
    }

    [Fact]
    public void Execute_StandbySnapshotAskedAgain_IsTheSameCopyUntilTheNextStep()
    {
        using IWorkExecutor server = _factory.Create(NodeId.Server(0), 0);
        using IWorkExecutor worker = _factory.Create(NodeId.Worker(0), 0);
        SliceRestored restored = Restore(server);
        SliceSnapshot Snapshot(long step) => (SliceSnapshot)server.Execute(
            new SnapshotSlice(new Fence(RunId, 1, 1, step), OnlySlice, SnapshotPurpose.Standby, restored.Carries));
        SliceSnapshot first = Snapshot(0);
        SliceSnapshot again = Snapshot(0);
        float[] before = [.. ((SliceStatePayload)first.State).Parameters];
        Reduce(server, (new ShardRange(0, 4), Compute(worker, restored, new ShardRange(0, 4))));
        Apply(server, step: 0);

        SliceSnapshot next = Snapshot(1);

        Assert.Same(first, again);
        Assert.Equal(before, ((SliceStatePayload)first.State).Parameters);
        Assert.NotEqual(before, ((SliceStatePayload)next.State).Parameters);
    }

    private SliceRestored Restore(IWorkExecutor server) =>
        (SliceRestored)server.Execute(
            new RestoreSlice(new Fence(RunId, 1, 1, 0), OnlySlice, Replica: 0, CheckpointId: null, _job.Plan.Shards));

    private static ComputeShards Order(
        long step, ShardRange shards, Payload parameters, IReadOnlyList<Payload?> carries, int generation = 1) =>
        new(new Fence(RunId, 1, generation, step), 0, (int)(step % StepsPerEpoch), shards, [parameters], carries);

    private static ShardsComputed Compute(IWorkExecutor worker, SliceRestored restored, ShardRange shards) =>
        (ShardsComputed)worker.Execute(
            Order(0, shards, restored.Parameters, [.. restored.Carries.Skip(shards.Start).Take(shards.Count)]));

    private static IReadOnlyList<double> Reduce(
        IWorkExecutor server, params (ShardRange Shards, ShardsComputed Answer)[] parts) =>
        ((SliceSums)server.Execute(new ReduceSlice(
            new Fence(RunId, 1, 1, 0), OnlySlice,
            [
                .. parts.Select(part => new GradientPart(part.Shards, part.Answer.Gradient)),
            ]))).BlockSquareSums;

    private static void Reduce(IWorkExecutor server, (ShardRange Shards, ShardsComputed Answer) part, long step) =>
        server.Execute(
            new ReduceSlice(
                new Fence(RunId, 1, 1, step), OnlySlice, [new GradientPart(part.Shards, part.Answer.Gradient)]));

    private static SliceApplied Apply(IWorkExecutor server, long step) =>
        (SliceApplied)server.Execute(
            new ApplySlice(new Fence(RunId, 1, 1, step), OnlySlice, new StepDecision(0.01f, 0.02f), []));

    private static float[] Values(Payload? carry) => ((CarryPayload)carry!).Values.ToArray();
}
