using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// Term and generation only move forward, and within a generation the step, see <see cref="FenceTracker"/>. A
/// coordinator closes each step of a generation once, one after the other.
/// </summary>
internal sealed class ForwardChecker : IClusterObserver
{
    private readonly FenceTracker _tracker = new();
    private readonly Dictionary<(int Host, int Incarnation), Fence> _closed = [];

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        if (!_tracker.TryAdvance(node, effect))
            Checks.Wrong($"{node} went back from {Text(_tracker.ReachedBy(node))}: {TraceText.Of(effect)}");
        if (effect is RecordEvent { Event: StepClosed closed })
            Close(node, closed.Fence);
    }

    private void Close(SimulatedNode node, Fence fence)
    {
        (int, int) key = (node.Host, node.Incarnation);
        if (_closed.TryGetValue(key, out Fence last) && last.Ballot == fence.Ballot && fence.Step != last.Step + 1)
            Checks.Wrong($"{node} closed {Text(fence)} after {Text(last)}");
        _closed[key] = fence;
    }

    private static string Text(Fence fence) => $"term {fence.Term} {fence}";
}
