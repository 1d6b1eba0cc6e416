using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Wire.Messages;
using FsCheck;
using FsCheck.Fluent;

namespace AkkaLstm.Wire.Tests.Messages;

/// <summary>Random messages of every type, with the numbers that are easily lost among them.</summary>
internal static class MessageGenerators
{
    public static readonly Gen<double> Doubles = Gen.OneOf(
        Gen.Elements(0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon),
        Gen.Choose(int.MinValue, int.MaxValue).Two().Select(
            bits => BitConverter.Int64BitsToDouble(((long)bits.Item1 << 32) ^ (uint)bits.Item2)));

    public static readonly Gen<float> Floats = Gen.OneOf(
        Gen.Elements(0f, -0f, float.NaN, float.NegativeInfinity, float.Epsilon),
        Gen.Choose(int.MinValue, int.MaxValue).Select(BitConverter.Int32BitsToSingle));

    public static readonly Gen<long> Counts = Gen.OneOf(
        Gen.Elements(0L, 1L, long.MaxValue), Gen.Choose(0, int.MaxValue).Select(n => (long)n));

    public static readonly Gen<int> Ints = Gen.OneOf(Gen.Elements(0, int.MaxValue), Gen.Choose(0, 100_000));

    public static readonly Gen<bool> Bools = Gen.Elements(false, true);

    public static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements("", "run", "größer \U0001F600\u0000\n"),
        Gen.Elements('a', 'Z', ' ', '/', 'ß', '\u20AC').ArrayOf().Select(letters => new string(letters)));

    private static readonly Gen<ulong> Words = Gen.Choose(int.MinValue, int.MaxValue).Two().Select(
        bits => ((ulong)(uint)bits.Item1 << 32) | (uint)bits.Item2);

    public static readonly Gen<Fence> Fences =
        from run in Texts from term in Counts from generation in Ints from step in Counts
        select new Fence(run, term, generation, step);

    public static readonly Gen<NodeId> Nodes = Gen.OneOf(
        Gen.Constant(NodeId.Coordinator),
        Gen.Choose(0, WireLimits.MaxNodeIndex).Select(NodeId.Server),
        Gen.Choose(0, WireLimits.MaxNodeIndex).Select(NodeId.Worker));

    public static readonly Gen<SliceId> Slices =
        from count in Gen.Choose(1, WireLimits.MaxNodeIndex + 1) from index in Gen.Choose(0, count - 1)
        select new SliceId(index, count);

    public static readonly Gen<ShardRange> Ranges =
        from log in Gen.Choose(0, 5) from index in Gen.Choose(0, 1000)
        select new ShardRange(index << log, 1 << log);

    private static readonly Gen<LossTotal> Losses =
        from sum in Doubles from count in Counts from correct in Counts
        select new LossTotal(sum, count, correct);

    private static readonly Gen<JobProgress> Progresses =
        from step in Counts from epoch in Ints from inEpoch in Ints from loss in Losses
        from isStopped in Bools from state in Texts
        select new JobProgress
        {
            Step = step, Epoch = epoch, StepInEpoch = inEpoch, EpochLoss = loss,
            IsStoppedEarly = isStopped, PolicyState = state,
        };

    private static readonly Gen<StepDecision> Decisions =
        from rate in Floats from scale in Floats from failure in OrNull(Texts)
        select new StepDecision(rate, scale, failure);

    private static readonly Gen<long?> Steps =
        Gen.OneOf(Gen.Constant((long?)null), Counts.Select(step => (long?)step));

    private static readonly Gen<SliceHolding> Holdings =
        from slice in Slices from progress in Progresses
        from state in Gen.Elements(Enum.GetValues<HoldingState>())
        from update in OrNull(Decisions) from best in Steps
        select new SliceHolding(slice, progress, state, update, best);

    private static readonly Gen<IReadOnlyList<IReadOnlyList<NodeId>>> Holders =
        Lists(Lists(Nodes));

    private static readonly Gen<IReadOnlyList<Payload?>> Carries = Lists(OrNull(Payloads(PayloadKind.Carry)));

    /// <summary>By type of message, how to make one.</summary>
    public static readonly IReadOnlyDictionary<Type, Gen<Message>> ByType = new Dictionary<Type, Gen<Message>>
    {
        [typeof(StepAssigned)] = Of(
            from f in Fences from kind in Gen.Elements(Enum.GetValues<RoundKind>()) from epoch in Ints
            from step in Ints from holders in Holders from ranges in Lists(Ranges)
            select new StepAssigned(f, kind, epoch, step, holders, ranges)),
        [typeof(PullParameters)] = Of(from f in Fences from s in Slices select new PullParameters(f, s)),
        [typeof(ParametersPulled)] = Of(
            from f in Fences from s in Slices from p in Payloads(PayloadKind.Parameters)
            from first in Gen.Choose(0, WireLimits.MaxShardCount) from carries in Carries
            select new ParametersPulled(f, s, p, first, carries)),
        [typeof(PushGradient)] = Of(
            from f in Fences from s in Slices from range in Ranges from g in Payloads(PayloadKind.Gradient)
            from carries in OrNull(Payloads(PayloadKind.Carry)).ArrayOf(range.Count)
            select new PushGradient(f, s, range, g, carries)),
        [typeof(ShardReported)] = Of(
            from f in Fences from kind in Gen.Elements(Enum.GetValues<RoundKind>()) from range in Ranges
            from losses in Losses.ArrayOf(range.Count) from ticks in Counts
            select new ShardReported(f, kind, range, losses, new TimeSpan(ticks))),
        [typeof(SliceReduced)] = Of(
            from f in Fences from s in Slices from sums in Lists(Doubles) select new SliceReduced(f, s, sums)),
        [typeof(ApplyUpdate)] = Of(
            from f in Fences from d in Decisions from p in Progresses from best in Steps
            select new ApplyUpdate(f, d, p, best)),
        [typeof(SliceUpdated)] = Of(
            from f in Fences from s in Slices from sum in Words select new SliceUpdated(f, s, sum)),
        [typeof(SnapshotRequested)] = Of(
            from f in Fences from purpose in Gen.Elements(Enum.GetValues<SnapshotPurpose>())
            select new SnapshotRequested(f, purpose)),
        [typeof(SnapshotTaken)] = Of(
            from f in Fences from s in Slices from state in Payloads(PayloadKind.State) from carries in Carries
            select new SnapshotTaken(f, s, state, carries)),
        [typeof(HoldingRequested)] = Of(from f in Fences select new HoldingRequested(f)),
        [typeof(RestoreRequested)] = Of(
            from f in Fences from s in Slices from replica in Gen.Choose(0, WireLimits.MaxNodeIndex)
            from shards in Gen.Choose(0, 20) from p in Progresses from id in OrNull(Texts)
            from copy in OrNull(
                from state in Payloads(PayloadKind.State) from carries in Carries
                select new SliceCopy(state, carries))
            select new RestoreRequested(f, s, replica, 1 << shards, p, id, copy)),
        [typeof(ResumeRequested)] = Of(from f in Fences select new ResumeRequested(f)),
        [typeof(SliceReady)] = Of(
            from f in Fences from s in Slices from sum in Words select new SliceReady(f, s, sum)),
        [typeof(ServerReady)] = Of(
            from f in Fences from i in Ints from holding in OrNull(Holdings) from isLeaving in Bools
            select new ServerReady(f, i, holding, isLeaving)),
        [typeof(WorkerReady)] = Of(
            from f in Fences from i in Ints from isIdle in Bools from isLeaving in Bools
            select new WorkerReady(f, i, isIdle, isLeaving)),
        [typeof(Welcomed)] = Of(from f in Fences select new Welcomed(f)),
        [typeof(NodeFaulted)] = Of(
            from f in Fences from i in Ints from text in Texts from isPermanent in Bools from isLost in Bools
            select new NodeFaulted(f, i, new WorkError(text, isPermanent, isLost))),
        [typeof(RestartGranted)] = Of(from f in Fences from i in Ints select new RestartGranted(f, i)),
        [typeof(Dismissed)] = Of(from f in Fences from reason in Texts select new Dismissed(f, reason)),
        [typeof(JobEnded)] = Of(from f in Fences select new JobEnded(f)),
        [typeof(HoldersChanged)] = Of(
            from f in Fences from holders in Holders select new HoldersChanged(f, holders)),
        [typeof(ReductionAwaited)] = Of(from f in Fences select new ReductionAwaited(f)),
        [typeof(GradientMissing)] = Of(
            from f in Fences from s in Slices from ranges in Lists(Ranges) select new GradientMissing(f, s, ranges)),
    };

    /// <summary>Every type of message that the protocol has.</summary>
    public static IReadOnlyList<Type> Types { get; } =
    [
        .. typeof(Message).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Message)) && !type.IsAbstract)
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    private static Gen<Payload> Payloads(PayloadKind kind) =>
        from id in Words from bytes in Gen.Choose(0, int.MaxValue)
        from element in Gen.Elements(Enum.GetValues<ElementType>()) from checksum in Words
        select (Payload)new TestPayload(new PayloadTicket(id, kind, bytes, element, (uint)checksum));

    private static Gen<T?> OrNull<T>(Gen<T> values)
        where T : class =>
        Gen.OneOf(Gen.Constant((T?)null), values.Select(value => (T?)value));

    private static Gen<IReadOnlyList<T>> Lists<T>(Gen<T> elements) =>
        from length in Gen.Choose(0, 6) from list in elements.ArrayOf(length)
        select (IReadOnlyList<T>)list;

    private static Gen<Message> Of<T>(Gen<T> messages)
        where T : Message =>
        messages.Select(message => (Message)message);
}
