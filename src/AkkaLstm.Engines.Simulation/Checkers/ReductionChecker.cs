using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// A server sums every shard of a step exactly once, and applies each sum once.
/// </summary>
internal sealed class ReductionChecker(JobDescription job) : IClusterObserver
{
    private readonly Dictionary<(int Host, int Incarnation), (Fence Fence, bool IsApplied)> _sums = [];

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        if (effect is not StartWork work)
            return;
        switch (work.Order)
        {
            case ReduceSlice reduce:
                CheckParts(node, reduce);
                Begin(node, reduce);
                break;
            case ApplySlice apply: Apply(node, apply); break;
            case RestoreSlice: _sums.Remove((node.Host, node.Incarnation)); break;
        }
    }

    private void CheckParts(SimulatedNode node, ReduceSlice order)
    {
        int next = 0;
        foreach (GradientPart part in order.Parts)
        {
            if (part.Shards.Start != next)
                Checks.Wrong($"{node} {order.Fence}: {part.Shards} where shard {next} is next in the sum");
            next = part.Shards.End;
        }

        if (next != job.ShardCount)
            Checks.Wrong($"{node} {order.Fence}: the sum ends before shard {next} of {job.ShardCount}");
    }

    private void Begin(SimulatedNode node, ReduceSlice order)
    {
        (int, int) key = (node.Host, node.Incarnation);
        if (_sums.TryGetValue(key, out (Fence Fence, bool) last) && last.Fence == order.Fence)
            Checks.Wrong($"{node} sums {order.Fence} twice");
        _sums[key] = (order.Fence, false);
    }

    private void Apply(SimulatedNode node, ApplySlice order)
    {
        (int, int) key = (node.Host, node.Incarnation);

        // The sum may be of the generation before: what is needed to follow the others is kept.
        if (!_sums.TryGetValue(key, out (Fence Fence, bool IsApplied) last) || last.Fence.Step != order.Fence.Step)
            Checks.Wrong($"{node} applies {order.Fence} without a sum of it");
        if (last.IsApplied)
            Checks.Wrong($"{node} applies {order.Fence} twice");
        _sums[key] = (order.Fence, true);
    }
}
