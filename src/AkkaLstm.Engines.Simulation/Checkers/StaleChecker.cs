using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// A stale message, of another run or older than what its receiver has worked on or recorded, has no effect: no
/// work begins, no step closes and no generation starts because of it. It may make a receiver answer again, or
/// show that its sender lives.
/// </summary>
internal sealed class StaleChecker : IClusterObserver
{
    private readonly Dictionary<(int Host, int Incarnation), Fence> _reached = [];
    private bool _isStale;

    /// <inheritdoc/>
    public void OnInput(SimulatedNode node, RoleInput input) =>
        _isStale = input is MessageReceived { Message: var message }
            && !IsMembership(message)
            && _reached.TryGetValue((node.Host, node.Incarnation), out Fence reached)
            && (message.Fence.RunId != reached.RunId || Fence.Compare(message.Fence, reached) < 0);

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        bool isProgress = effect
            is StartWork
            or RecordEvent { Event: StepClosed or EpochClosed or GenerationStarted or CheckpointSaved };
        if (_isStale && isProgress)
            Checks.Wrong($"{node}: a stale {((MessageReceived)cause).Message} led to {effect}");
        Fence? fence = effect switch
        {
            StartWork work => work.Order.Fence,
            RecordEvent record => record.Event.Fence,
            _ => null,
        };
        (int, int) key = (node.Host, node.Incarnation);
        if (fence is { } moved
            && (!_reached.TryGetValue(key, out Fence last) || Fence.Compare(moved, last) > 0))
        {
            _reached[key] = moved;
        }
    }

    /// <summary>Messages about who is there carry what their sender last knew; only the run matters.</summary>
    private static bool IsMembership(Message message) => message
        is WorkerReady or ServerReady or NodeFaulted or Welcomed or RestartGranted or Dismissed or JobEnded;
}
