using System.Diagnostics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Exact;

/// <summary>
/// Does the orders of one actor on <see cref="ExactModel"/>. Result buffers are used again as early as the
/// ownership rule of
/// <see cref="Payload"/> allows, so that a protocol that breaks the rule reads wrong values.
/// </summary>
/// <param name="model">The mathematics.</param>
/// <param name="store">Where checkpoints are.</param>
public sealed class ExactExecutor(ExactModel model, ExactStore store) : IWorkExecutor
{
    private readonly Dictionary<(long Parity, ShardRange Range), long[]> _gradients = [];
    private readonly Dictionary<(long Parity, ShardRange Range, int Shard), long[]> _carries = [];
    private readonly Dictionary<(long Parity, int Index), long[]> _ownCarries = [];
    private readonly long[][] _parameters = [[], []];
    private long[] _moments = [];
    private long[] _sum = [];

    /// <inheritdoc/>
    public WorkResult Execute(WorkOrder order) => order switch
    {
        ComputeShards compute => Compute(compute),
        EvaluateShards evaluate => Evaluate(evaluate),
        ReduceSlice reduce => Reduce(reduce),
        ApplySlice apply => Apply(apply),
        SnapshotSlice snapshot => Snapshot(snapshot),
        RestoreSlice restore => Restore(restore),
        WriteCheckpoint write => new CheckpointWritten(store.Write(write)),
        _ => throw new UnreachableException(order.GetType().Name),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing to free: results outlive their executor.
    }

    private ShardsComputed Compute(ComputeShards order)
    {
        long step = order.Fence.Step;
        long digest = ExactModel.Digest(order.Parameters);
        ShardRange range = order.Shards;
        var nodes = new long[range.Count][];
        var carries = new Payload[range.Count];
        var losses = new LossTotal[range.Count];
        for (int i = 0; i < range.Count; i++)
        {
            int shard = range.Start + i;
            long carry = order.Carries[i] is { } payload ? ExactPayload.Of(payload)[0] : 0;
            nodes[i] = new long[model.ParameterCount];
            model.Gradient(step, shard, digest, carry, nodes[i]);
            losses[i] = ExactModel.Loss(step, shard, digest, carry);
            long[] next = Buffer(_carries, (step % 2, range, shard), 1);
            next[0] = ExactModel.NextCarry(step, shard, digest, carry);
            carries[i] = new ExactPayload(next);
        }

        long[] gradient = Buffer(_gradients, (step % 2, range), model.ParameterCount);
        JoinAll(nodes).CopyTo(gradient, 0);
        return new ShardsComputed(new ExactPayload(gradient), carries, losses);
    }

    private static ShardsEvaluated Evaluate(EvaluateShards order)
    {
        long digest = ExactModel.Digest(order.Parameters);
        return new ShardsEvaluated(
            [.. Enumerable.Range(order.Shards.Start, order.Shards.Count).Select(s => ExactModel.Loss(-1, s, digest, 0))]);
    }

    private SliceSums Reduce(ReduceSlice order)
    {
        (int start, int length) = model.Slice(order.Slice);
        int shardCount = order.Parts[^1].Shards.End;
        _sum = SumOf(new ShardRange(0, shardCount), order.Parts, start, length);
        return new SliceSums([.. _sum.Select(ExactModel.SquareSum)]);
    }

    private static long[] SumOf(ShardRange node, IReadOnlyList<GradientPart> parts, int start, int length)
    {
        foreach (GradientPart part in parts)
        {
            if (part.Shards == node)
                return ExactPayload.Of(part.Gradient).AsSpan(start, length).ToArray();
        }

        (ShardRange left, ShardRange right) = node.Split();
        long[] sum = SumOf(left, parts, start, length);
        ExactModel.Join(sum, SumOf(right, parts, start, length));
        return sum;
    }

    private SliceApplied Apply(ApplySlice order)
    {
        long[] current = _parameters[order.Fence.Step % 2];
        long[] next = _parameters[(order.Fence.Step + 1) % 2];
        for (int i = 0; i < current.Length; i++)
        {
            (next[i], _moments[i]) = ExactModel.Apply(
                current[i], _moments[i], _sum[i], order.Decision.GradientScale, order.Decision.LearningRate);
        }

        Array.Fill(_sum, long.MaxValue); // applying twice must show
        return new SliceApplied(new ExactPayload(next), Keep(order), Checksum(next));
    }

    private Payload?[] Keep(ApplySlice order)
    {
        var own = new Payload?[order.Carries.Count];
        for (int i = 0; i < own.Length; i++)
        {
            if (order.Carries[i] is not { } carry)
                continue;
            long[] buffer = Buffer(_ownCarries, ((order.Fence.Step + 1) % 2, i), 1);
            buffer[0] = ExactPayload.Of(carry)[0];
            own[i] = new ExactPayload(buffer);
        }

        return own;
    }

    private SliceSnapshot Snapshot(SnapshotSlice order)
    {
        long[] parameters = _parameters[order.Fence.Step % 2];
        var state = new long[parameters.Length * 2];
        for (int i = 0; i < parameters.Length; i++)
            (state[2 * i], state[(2 * i) + 1]) = (parameters[i], _moments[i]);
        return new SliceSnapshot(
            new ExactPayload(state),
            [.. order.Carries.Select(c => c is null ? null : new ExactPayload([.. ExactPayload.Of(c)]))]);
    }

    private SliceRestored Restore(RestoreSlice order)
    {
        (int start, int length) = model.Slice(order.Slice);
        int firstShard = order.Slice.FirstOwnedShard(order.ShardCount);
        int owned = order.Slice.OwnedShardCount(order.ShardCount);
        var carries = new Payload?[owned];
        var parameters = new long[length];
        _moments = new long[length];
        if (order.Copy is { } copy)
        {
            long[] state = ExactPayload.Of(copy.State);
            for (int i = 0; i < length; i++)
                (parameters[i], _moments[i]) = (state[2 * i], state[(2 * i) + 1]);
            carries = [.. copy.Carries];
        }
        else if (order.CheckpointId is null)
        {
            model.InitialParameters().AsSpan(start, length).CopyTo(parameters);
        }
        else
        {
            ExactCheckpoint checkpoint = store[order.CheckpointId];
            for (int i = 0; i < length; i++)
            {
                parameters[i] = checkpoint.State[2 * (start + i)];
                _moments[i] = checkpoint.State[(2 * (start + i)) + 1];
            }

            for (int i = 0; i < owned; i++)
                carries[i] = new ExactPayload([checkpoint.Carries[firstShard + i]]);
        }

        _parameters[order.Fence.Step % 2] = parameters;
        _parameters[(order.Fence.Step + 1) % 2] = new long[length];
        return new SliceRestored(new ExactPayload(parameters), carries, Checksum(parameters));
    }

    private static long[] JoinAll(long[][] nodes)
    {
        for (int width = 1; width < nodes.Length; width *= 2)
        {
            for (int i = 0; i < nodes.Length; i += 2 * width)
                ExactModel.Join(nodes[i], nodes[i + width]);
        }

        return nodes[0];
    }

    private static long[] Buffer<TKey>(Dictionary<TKey, long[]> buffers, TKey key, int length)
        where TKey : notnull
    {
        if (!buffers.TryGetValue(key, out long[]? buffer))
            buffers[key] = buffer = new long[length];
        return buffer;
    }

    private static ulong Checksum(long[] values) => (ulong)values.Aggregate(1L, (sum, value) => (sum * 31) + value);
}
