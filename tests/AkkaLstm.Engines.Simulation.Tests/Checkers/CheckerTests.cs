using AkkaLstm.Engines.Simulation.Checkers;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Tests.Checkers;

/// <summary>Each checker lets what is right pass and catches the one thing that it is there for.</summary>
public sealed class CheckerTests
{
    private static readonly JobShape Shape = new(ShardCount: 4, StepsPerEpoch: 3, EpochCount: 2, ValidationShardCount: 0);
    private static readonly SliceId Slice = new(0, 1);

    private readonly Reference _reference;
    private readonly SimulatedNode _node = new(
        NodeId.Server(0), host: 0, "server-0", _ => throw new NotSupportedException(), new NodeClock(1, TimeSpan.Zero));

    public CheckerTests()
    {
        using IMathematics mathematics = ExactMathematics.Open(Shape);
        _reference = Reference.Compute(mathematics);
    }

    [Fact]
    public void StepChecker_OtherLoss_IsCaught()
    {
        var checker = new StepChecker(_reference);
        ReferenceStep right = _reference.Steps[2];
        Record(checker, Closed(2, right));

        AssertWrong("loss", () => Record(checker, Closed(2, right with { Loss = right.Loss.Plus(new LossTotal(1, 0, 0)) })));
        AssertWrong("norm", () => Record(checker, Closed(2, right with { GradientNorm = right.GradientNorm + 1 })));
        AssertWrong("expected", () => Start(checker, new ApplySlice(At(2), Slice, _reference.Steps[3].Decision, [])));
    }

    [Theory]
    [InlineData(0, 2)] // shards 2 and 3 are missing
    [InlineData(0, 4, 0, 4)] // all of them twice
    [InlineData(2, 2, 0, 2)] // not in order
    public void ReductionChecker_NotEachShardOnce_IsCaught(params int[] startsAndCounts)
    {
        var checker = new ReductionChecker(Shape.ToJob("run"));
        Start(checker, Reduce(0, 0, 2, 2, 2));

        AssertWrong("shard", () => Start(checker, Reduce(1, startsAndCounts)));
    }

    [Fact]
    public void ReductionChecker_SumAppliedTwice_IsCaught()
    {
        var checker = new ReductionChecker(Shape.ToJob("run"));
        Start(checker, Reduce(0, 0, 4));
        Start(checker, new ApplySlice(At(0), Slice, _reference.Steps[0].Decision, []));

        AssertWrong("twice", () => Start(checker, new ApplySlice(At(0), Slice, _reference.Steps[0].Decision, [])));
    }

    [Fact]
    public void SampleChecker_EpochEndsBeforeItsLastWindow_IsCaught()
    {
        var checker = new SampleChecker(Shape.ToJob("run"), _reference);
        Record(checker, Closed(0, _reference.Steps[0]));
        Record(checker, Closed(1, _reference.Steps[1]));
        ReferenceEpoch epoch = _reference.Epochs[0];

        AssertWrong("window 2", () => Record(
            checker, new EpochClosed(At(3), 0, epoch.Training, epoch.Validation, epoch.Decision, [])));
    }

    [Fact]
    public void SampleChecker_StepReadsAnotherWindow_IsCaught() => AssertWrong(
        "window 0",
        () => Start(
            new SampleChecker(Shape.ToJob("run"), _reference),
            new ComputeShards(At(1), Epoch: 0, StepInEpoch: 0, new ShardRange(0, 1), [], [])));

    [Fact]
    public void ForwardChecker_StepGoesBackWithinAGeneration_IsCaught()
    {
        var checker = new ForwardChecker();
        Record(checker, new GenerationStarted(At(0), StateSource.Initial, null, "the job begins"));
        Record(checker, new StopAccepted(At(5)));
        Record(checker, new GenerationStarted(At(2) with { Generation = 2 }, StateSource.Checkpoint, "id", "a server"));

        AssertWrong("went back", () => Record(checker, new StopAccepted(At(1) with { Generation = 2 })));
    }

    [Fact]
    public void ForwardChecker_StepLeftOut_IsCaught()
    {
        var checker = new ForwardChecker();
        Record(checker, Closed(0, _reference.Steps[0]));

        AssertWrong("closed", () => Record(checker, Closed(2, _reference.Steps[2])));
    }

    [Fact]
    public void StaleChecker_OldMessageBeginsWork_IsCaught()
    {
        IClusterObserver checker = new StaleChecker();
        Start(checker, Reduce(3, 0, 4));
        var stale = new MessageReceived(NodeId.Coordinator, new ApplyUpdate(
            At(2), _reference.Steps[2].Decision, JobProgress.Initial, UnsavedBestStep: null));
        checker.OnInput(_node, stale);

        AssertWrong("stale", () => checker.OnEffect(
            _node, stale, new StartWork(1, new ApplySlice(At(3), Slice, _reference.Steps[3].Decision, []))));
    }

    [Fact]
    public void BoundsChecker_TwoOrdersAtATime_IsCaught()
    {
        var setup = new ClusterSetup
        {
            Job = Shape.ToJob("run"),
            Policy = new ExactPolicy(),
            Executors = new ExactFactory(new ExactModel(1), new ExactStore()),
            Shape = new ClusterShape(),
            Options = new ProtocolOptions(),
        };
        var cluster = new SimulatedCluster(setup, new Agenda(), new SeededRandom(1), new NetworkOptions(), []);
        cluster.Add(NodeId.Server(0), new NodeClock(1, TimeSpan.Zero));
        IClusterObserver checker = new BoundsChecker(cluster, Shape.ShardCount);
        _node.AddRunning(new StartWork(1, Reduce(0, 0, 4)));
        checker.OnHandled(_node, new Started(), effectCount: 1);
        _node.AddRunning(new StartWork(2, Reduce(0, 0, 4)));

        AssertWrong("2 orders", () => checker.OnHandled(_node, new Started(), effectCount: 1));
        AssertWrong("effects", () => checker.OnHandled(_node, new Started(), effectCount: 10_000));
    }

    private static Fence At(long step) => new("run", Term: 1, Generation: 1, step);

    private static StepClosed Closed(long step, ReferenceStep numbers) => new(
        At(step),
        (int)step / Shape.StepsPerEpoch,
        (int)step % Shape.StepsPerEpoch,
        numbers.Loss,
        numbers.GradientNorm,
        numbers.Decision,
        TimeSpan.Zero,
        []);

    private static ReduceSlice Reduce(long step, params int[] startsAndCounts) => new(
        At(step),
        Slice,
        [.. startsAndCounts.Chunk(2).Select(r => new GradientPart(new ShardRange(r[0], r[1]), new ExactPayload([])))]);

    private void Record(IClusterObserver checker, JobEvent what) =>
        checker.OnEffect(_node, new TimerFired(), new RecordEvent(what));

    private void Start(IClusterObserver checker, WorkOrder order) =>
        checker.OnEffect(_node, new TimerFired(), new StartWork(1, order));

    private static void AssertWrong(string part, Action action)
    {
        SimulationFailureException failure = Assert.Throws<SimulationFailureException>(action);
        Assert.Equal(Verdict.WrongResult, failure.Verdict);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }
}
