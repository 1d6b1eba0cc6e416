using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// Term, generation and, within it, the step only move forward: in all that an incarnation of a node works on
/// and records. A coordinator closes each step of a generation once, one after the other.
/// </summary>
internal sealed class ForwardChecker : IClusterObserver
{
    private readonly Dictionary<(int Host, int Incarnation), Fence> _reached = [];
    private readonly Dictionary<(int Host, int Incarnation), Fence> _closed = [];

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        switch (effect)
        {
            // A checkpoint keeps the fence of its snapshot, however late it is written.
            case StartWork { Order: not WriteCheckpoint and var order }: Advance(node, order.Fence); break;
            case RecordEvent { Event: StepClosed closed }:
                Advance(node, closed.Fence);
                Close(node, closed.Fence);
                break;
            case RecordEvent record: Advance(node, record.Event.Fence); break;
        }
    }

    private void Advance(SimulatedNode node, Fence fence)
    {
        (int, int) key = (node.Host, node.Incarnation);
        if (_reached.TryGetValue(key, out Fence last) && Fence.Compare(fence, last) < 0)
            Checks.Wrong($"{node} went back from {last} to {fence}");
        _reached[key] = fence;
    }

    private void Close(SimulatedNode node, Fence fence)
    {
        (int, int) key = (node.Host, node.Incarnation);
        if (_closed.TryGetValue(key, out Fence last)
            && fence.Ballot == last.Ballot
            && fence.Step != last.Step + 1)
        {
            Checks.Wrong($"{node} closed {fence} after {last}");
        }

        _closed[key] = fence;
    }
}
