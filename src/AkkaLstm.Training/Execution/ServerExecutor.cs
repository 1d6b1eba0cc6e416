using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution.Payloads;
using GradientPart = AkkaLstm.Models.Gradients.GradientPart;

namespace AkkaLstm.Training.Execution;

/// <summary>A parameter server's mathematics: restore, reduce, apply and snapshot one slice.</summary>
internal sealed class ServerExecutor(JobContext job) : IWorkExecutor
{
    private ParameterSlice _slice;
    private ParameterPayload? _payload;
    private ReducedSlice? _reduced;
    private OptimizerState? _optimizer;
    private readonly CarryPayload?[][] _carries = [[], []];
    private GradientPart[] _parts = [];

    // Of the step it stands at: whoever asks again, because a slow answer is still on its way, gets the same copy.
    private (Fence Fence, SliceSnapshot Copy)? _snapshot;

    public WorkResult Execute(WorkOrder order) => order switch
    {
        RestoreSlice restore => Restore(restore),
        ReduceSlice reduce => Reduce(reduce),
        ApplySlice apply => Apply(apply),
        SnapshotSlice snapshot => Snapshot(snapshot),
        _ => throw new NotSupportedException($"A server does not do {order.GetType().Name}."),
    };

    public void Dispose()
    {
        // Buffers may still be read by workers; the garbage collector knows when they are not.
    }

    private SliceRestored Restore(RestoreSlice order)
    {
        long step = order.Fence.Step;
        _snapshot = null;
        _slice = job.Layout.Split(order.Slice.Count)[order.Slice.Index];
        ParameterBuffers buffers = job.BuffersOf(order.Fence, _slice, order.Replica);
        _payload = new ParameterPayload(new ParameterPlace(buffers, _slice));
        _reduced = new ReducedSlice(job.Layout, _slice);
        _optimizer = new OptimizerState(
            job.Optimizer,
            job.Layout,
            _slice,
            buffers.ValuesOf(_slice, step),
            buffers.ValuesOf(_slice, step + 1));
        IReadOnlyList<Payload?> carries = order.Copy is { } copy ? Load(copy, step) : Load(order);
        return new SliceRestored(_payload, carries, Checksum.Of(_optimizer.Current.Span));
    }

    private IReadOnlyList<Payload?> Load(SliceCopy copy, long step)
    {
        var state = (SliceStatePayload)copy.State;
        _optimizer!.Restore(state.Parameters, [.. state.Moments.Select(moment => new ReadOnlyMemory<float>(moment))]);
        return Keep(copy.Carries, step);
    }

    private Payload?[] Load(RestoreSlice order)
    {
        TrainingState state;
        try
        {
            state = job.StateOf(order.CheckpointId, order.Fence, order.Slice, order.Replica);
        }
        catch (BadInputException e) when (order.CheckpointId is not null)
        {
            throw new CheckpointLostException(e.Message, e);
        }

        _optimizer!.Restore(
            state.Parameters.AsSpan(_slice.Start, _slice.Length),
            [.. state.Moments.Select(moment => new ReadOnlyMemory<float>(moment, _slice.Start, _slice.Length))]);
        var carries = new Payload?[order.Slice.OwnedShardCount(order.ShardCount)];
        int first = order.Slice.FirstOwnedShard(order.ShardCount);
        for (int s = 0; s < carries.Length; s++)
            carries[s] = job.CarriesState ? new CarryPayload(job.CarryOf(state, first + s)) : null;
        return carries;
    }

    private SliceSums Reduce(ReduceSlice order)
    {
        ReducedSlice reduced = _reduced!;
        if (_parts.Length != order.Parts.Count) _parts = new GradientPart[order.Parts.Count];
        for (int p = 0; p < _parts.Length; p++)
        {
            (ShardRange shards, Payload gradient) = order.Parts[p];
            _parts[p] = new GradientPart(shards.Start, shards.Count, ((GradientPayload)gradient).Gradient);
        }

        GradientTree.Reduce(_parts, job.Plan.Shards, reduced, job.ServerThreads);
        GC.KeepAlive(order); // parts may lie in memory of workers, which is mapped as long as somebody refers to it
        return new SliceSums([.. reduced.BlockSquareSums]);
    }

    private SliceApplied Apply(ApplySlice order)
    {
        StepDecision decision = order.Decision;
        _snapshot = null;
        _optimizer!.Apply(
            _reduced!,
            new UpdateScalars(order.Fence.Step, decision.LearningRate, decision.GradientScale),
            job.ServerThreads);
        return new SliceApplied(
            _payload!, Keep(order.Carries, order.Fence.Step + 1), Checksum.Of(_optimizer.Current.Span));
    }

    /// <summary>Copies others' carries into the buffers of a step's parity.</summary>
    private Payload?[] Keep(IReadOnlyList<Payload?> carries, long step)
    {
        CarryPayload?[] buffers = _carries[step & 1];
        if (buffers.Length != carries.Count)
            _carries[step & 1] = buffers = new CarryPayload?[carries.Count];
        var own = new Payload?[carries.Count];
        for (int s = 0; s < own.Length; s++)
        {
            if (carries[s] is not CarryPayload carry)
                continue;
            CarryPayload buffer = buffers[s] ??= new CarryPayload(new float[carry.Values.Length]);
            carry.Values.CopyTo(buffer.Values);
            own[s] = buffer;
        }

        return own;
    }

    private SliceSnapshot Snapshot(SnapshotSlice order) =>
        order.Purpose == SnapshotPurpose.Checkpoint && job.HasAllServers
            ? SnapshotIntoShared(order)
            : SnapshotOfSlice(order);

    private SliceSnapshot SnapshotOfSlice(SnapshotSlice order)
    {
        if (_snapshot is { } known && known.Fence == order.Fence) return known.Copy;
        var state = new SliceState(
            _optimizer!.Current.Span.ToArray(), [.. _optimizer.Moments.Select(moment => moment.AsSpan().ToArray())]);
        var copy = new SliceSnapshot(new SliceStatePayload(state), [.. order.Carries.Select(Copy)]);
        _snapshot = (order.Fence, copy);
        return copy;
    }

    private static Payload? Copy(Payload? carry) =>
        carry is CarryPayload values ? new CarryPayload(values.Values.ToArray()) : null;

    private SliceSnapshot SnapshotIntoShared(SnapshotSlice order)
    {
        TrainingState state = job.Snapshots.Join(order.Fence, order.Slice);
        _optimizer!.Current.Span.CopyTo(state.Parameters.AsSpan(_slice.Start));
        for (int m = 0; m < state.Moments.Length; m++)
            _optimizer.Moments[m].AsSpan().CopyTo(state.Moments[m].AsSpan(_slice.Start));
        int first = order.Slice.FirstOwnedShard(job.Plan.Shards);
        var carries = new Payload?[order.Carries.Count];
        for (int s = 0; s < carries.Length; s++)
        {
            Memory<float> copy = job.CarryOf(state, first + s);
            if (order.Carries[s] is CarryPayload carry) carry.Values.CopyTo(copy);
            else copy.Span.Clear();
            carries[s] = new CarryPayload(copy);
        }

        return new SliceSnapshot(new SnapshotPayload(state, _slice), carries);
    }
}
