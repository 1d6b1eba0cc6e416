using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Training.Tests.Support;

/// <summary>
/// Executors that share nothing: every node has mathematics of its own, and what one node gives another goes through the
/// payload codecs of both, value by value, as it would over a network.
/// </summary>
/// <param name="nodeOf">A node's mathematics and codec.</param>
/// <param name="adopts">Whether the nodes are on one machine and use what they get where it lies.</param>
internal sealed class TransferringExecutors(
    Func<NodeId, (IWorkExecutorFactory Executors, IPayloadCodec Codec)> nodeOf, bool adopts = false) : IWorkExecutorFactory
{
    public IWorkExecutor Create(NodeId node, int incarnation)
    {
        (IWorkExecutorFactory executors, IPayloadCodec codec) = nodeOf(node);
        return new Executor(executors.Create(node, incarnation), codec, adopts);
    }

    /// <summary>
    /// Passes a payload on as a network would, or within a machine, where the receiver may use it where it lies; fails the
    /// test where the receiver refuses it.
    /// </summary>
    public static Payload Transfer(
        Payload payload, IPayloadCodec from, IPayloadCodec to, PayloadPlace place, bool adopts = false)
    {
        IReadOnlyList<ReadOnlyMemory<float>> runs = from.ValuesOf(payload, place);
        ReadOnlyMemory<float> prepared = adopts ? from.PreparedOf(payload, place) : default;
        if (!prepared.IsEmpty) runs = [.. runs, prepared];
        PayloadIntake intake = to.Expect(place);
        Payload expected = intake.Payload; // the message around it is there first
        IReadOnlyList<Memory<float>>? memory = intake.TryOpen([.. runs.Select(run => run.Length)]);
        Assert.NotNull(memory);
        Assert.Equal(runs.Count - (prepared.IsEmpty ? 0 : 1), memory.Count);
        Assert.Equal(runs.Take(memory.Count).Select(run => run.Length), memory.Select(run => run.Length));
        for (int i = 0; i < runs.Count; i++)
        {
            if ((!adopts || !intake.TryAdopt(i, runs[i])) && i < memory.Count) runs[i].CopyTo(memory[i]);
        }

        Assert.True(intake.TryComplete());
        return expected;
    }

    /// <summary>A payload in the hands of a node that may be another one than its maker.</summary>
    private sealed class Handed(Payload inner, IPayloadCodec maker) : Payload
    {
        public Payload Inner => inner;

        public IPayloadCodec Maker => maker;

        public override long Bytes => inner.Bytes;
    }

    private sealed class Executor(IWorkExecutor inner, IPayloadCodec codec, bool adopts) : IWorkExecutor
    {
        public WorkResult Execute(WorkOrder order) => inner.Execute(Take(order)) switch
        {
            SliceRestored r => r with { Parameters = Give(r.Parameters), Carries = Give(r.Carries) },
            SliceApplied r => r with { Parameters = Give(r.Parameters), Carries = Give(r.Carries) },
            SliceSnapshot r => new SliceSnapshot(Give(r.State), Give(r.Carries)),
            ShardsComputed r => r with { Gradient = Give(r.Gradient), Carries = Give(r.Carries) },
            WorkResult other => other,
        };

        public void Dispose() => inner.Dispose();

        private WorkOrder Take(WorkOrder order)
        {
            Fence fence = order.Fence;
            return order switch
            {
                ComputeShards o => o with { Parameters = TakeParameters(o.Parameters, fence), Carries = Take(o.Carries, fence) },
                EvaluateShards o => o with { Parameters = TakeParameters(o.Parameters, fence) },
                ReduceSlice o => o with
                {
                    Parts = [.. o.Parts.Select(
                        p => p with { Gradient = Take(p.Gradient, PayloadKind.Gradient, fence, o.Slice)! })],
                },
                ApplySlice o => o with { Carries = Take(o.Carries, fence) },
                SnapshotSlice o => o with { Carries = Take(o.Carries, fence) },
                RestoreSlice { Copy: { } copy } o => o with
                {
                    Copy = new SliceCopy(Take(copy.State, PayloadKind.State, fence, o.Slice)!, Take(copy.Carries, fence)),
                },
                WriteCheckpoint o => o with
                {
                    Slices = [.. o.Slices.Select(
                        (s, k) => Take(s, PayloadKind.State, fence, new SliceId(k, o.Slices.Count))!)],
                    Carries = Take(o.Carries, fence),
                },
                _ => order,
            };
        }

        private Payload[] TakeParameters(IReadOnlyList<Payload> slices, Fence fence) =>
            [.. slices.Select((s, k) => Take(s, PayloadKind.Parameters, fence, new SliceId(k, slices.Count))!)];

        private Payload?[] Take(IReadOnlyList<Payload?> carries, Fence fence) =>
            [.. carries.Select(c => Take(c, PayloadKind.Carry, fence, new SliceId(0, 1)))];

        private Payload? Take(Payload? payload, PayloadKind kind, Fence fence, SliceId slice) => payload switch
        {
            null => null,
            Handed handed when handed.Maker == codec => handed.Inner,
            Handed handed => Transfer(
                handed.Inner, handed.Maker, codec, new PayloadPlace(kind, fence, slice), adopts),
            _ => throw new InvalidOperationException("A payload that no executor made."),
        };

        private Handed Give(Payload payload) => new(payload, codec);

        private Payload?[] Give(IReadOnlyList<Payload?> payloads) =>
            [.. payloads.Select(p => p is null ? null : Give(p))];
    }
}
