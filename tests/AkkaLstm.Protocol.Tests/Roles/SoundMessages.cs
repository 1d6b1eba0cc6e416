using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Tests.Roles;

/// <summary>
/// A message of every type, as a codec lets it pass: each number alone is possible, whether or not it fits the job.
/// </summary>
/// <param name="draw">Gives a number from 0 to below a bound.</param>
internal sealed class SoundMessages(Func<int, int> draw)
{
    /// <summary>Every type that the protocol has.</summary>
    public static IReadOnlyList<Type> Types { get; } =
        [.. typeof(Message).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Message))).OrderBy(type => type.Name)];

    /// <summary>The roles that send messages of a type, as <c>docs/PROTOCOL.md</c> has them.</summary>
    public static IReadOnlyList<NodeRole> SendersOf(Type type) => type.Name switch
    {
        nameof(WorkerReady) or nameof(PullParameters) or nameof(PushGradient) or nameof(ShardReported) => [NodeRole.Worker],
        nameof(ServerReady) or nameof(SliceReady) or nameof(ParametersPulled) or nameof(GradientMissing)
            or nameof(SliceReduced) or nameof(SliceUpdated) or nameof(SnapshotTaken) => [NodeRole.Server],
        nameof(NodeFaulted) => [NodeRole.Server, NodeRole.Worker],
        nameof(StepAssigned) or nameof(HoldersChanged) or nameof(HoldingRequested) or nameof(RestoreRequested)
            or nameof(ResumeRequested) or nameof(ReductionAwaited) or nameof(ApplyUpdate) or nameof(SnapshotRequested)
            or nameof(Welcomed) or nameof(RestartGranted) or nameof(Dismissed) or nameof(JobEnded) => [NodeRole.Coordinator],
        _ => throw new ArgumentException($"{type.Name} is new: say who sends it", nameof(type)),
    };

    /// <summary>A message of a type.</summary>
    public Message Of(Type type, Fence fence) => type.Name switch
    {
        nameof(WorkerReady) => new WorkerReady(fence, Number(), IsIdle: draw(2) == 0, IsLeaving: draw(2) == 0),
        nameof(PullParameters) => new PullParameters(fence, Slice()),
        nameof(PushGradient) when Range() is var range =>
            new PushGradient(fence, Slice(), range, new Named("gradient"), new Payload?[range.Count]),
        nameof(ShardReported) when Range() is var range => new ShardReported(
            fence, (RoundKind)draw(2), range, new LossTotal[range.Count], new TimeSpan(draw(2) == 0 ? long.MaxValue : draw(99))),
        nameof(ServerReady) => new ServerReady(fence, Number(), Holding(), IsLeaving: draw(2) == 0),
        nameof(SliceReady) => new SliceReady(fence, Slice(), 1),
        nameof(ParametersPulled) => new ParametersPulled(fence, Slice(), new Named("parameters"), Number(), Carries()),
        nameof(GradientMissing) => new GradientMissing(fence, Slice(), [.. Enumerable.Range(0, draw(4)).Select(_ => Range())]),
        nameof(SliceReduced) => new SliceReduced(fence, Slice(), new double[draw(4)]),
        nameof(SliceUpdated) => new SliceUpdated(fence, Slice(), 1),
        nameof(SnapshotTaken) => new SnapshotTaken(fence, Slice(), new Named("state"), Carries()),
        nameof(NodeFaulted) => new NodeFaulted(fence, Number(), new WorkError("error", IsPermanent: false, draw(2) == 0)),
        nameof(StepAssigned) => new StepAssigned(fence, (RoundKind)draw(2), Number(), Number(), Holders(), [Range(), Range()]),
        nameof(HoldersChanged) => new HoldersChanged(fence, Holders()),
        nameof(HoldingRequested) => new HoldingRequested(fence),
        nameof(RestoreRequested) => new RestoreRequested(
            fence, Slice(), draw(3), 1 << draw(8), Progress(), "checkpoint", draw(2) == 0 ? null : new(new Named("state"), Carries())),
        nameof(ResumeRequested) => new ResumeRequested(fence),
        nameof(ReductionAwaited) => new ReductionAwaited(fence),
        nameof(ApplyUpdate) => new ApplyUpdate(fence, new StepDecision(1, 1), Progress(), Number()),
        nameof(SnapshotRequested) => new SnapshotRequested(fence, (SnapshotPurpose)draw(2)),
        nameof(Welcomed) => new Welcomed(fence),
        nameof(RestartGranted) => new RestartGranted(fence, Number()),
        nameof(Dismissed) => new Dismissed(fence, "reason"),
        nameof(JobEnded) => new JobEnded(fence),
        _ => throw new ArgumentException($"{type.Name} is new: say what it looks like", nameof(type)),
    };

    private int Number() => draw(8) == 0 ? int.MaxValue : draw(8);

    private SliceId Slice()
    {
        int count = 1 + draw(3);
        return new SliceId(draw(count), count);
    }

    private ShardRange Range()
    {
        int count = 1 << draw(5);
        return new ShardRange(count * draw(4), count);
    }

    private Payload?[] Carries() => new Payload?[draw(5)];

    private JobProgress Progress() => new() { Step = Number(), Epoch = Number(), StepInEpoch = Number() };

    private SliceHolding? Holding() => draw(2) == 0
        ? null
        : new SliceHolding(Slice(), Progress(), (HoldingState)draw(3), draw(2) == 0 ? null : new StepDecision(1, 1), Number());

    private IReadOnlyList<NodeId>[] Holders() =>
        [.. Enumerable.Range(0, draw(4)).Select(_ => (IReadOnlyList<NodeId>)[.. Enumerable.Range(0, draw(3)).Select(Holder)])];

    private NodeId Holder(int index) => new((NodeRole)(1 + draw(2)), index);
}
