using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// A stale message, of another run or older than what its receiver has worked on or recorded, has no effect: no
/// work begins, no step closes, no generation starts and no node stops because of it. It may make a receiver answer again, or
/// show that its sender lives.
/// </summary>
internal sealed class StaleChecker : IClusterObserver
{
    private readonly FenceTracker _tracker = new();
    private bool _isStale;

    /// <inheritdoc/>
    public void OnInput(SimulatedNode node, RoleInput input) =>
        _isStale = input is MessageReceived { Message: var message } && IsStale(message, _tracker.ReachedBy(node));

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        bool isProgress = effect
            is StartWork or StopNode or RestartNode
            or RecordEvent { Event: StepClosed or EpochClosed or GenerationStarted or CheckpointSaved };
        if (_isStale && isProgress)
            Checks.Wrong($"{node}: stale {TraceText.Of(cause)}; it {TraceText.Of(effect)}");
        _ = _tracker.TryAdvance(node, effect);
    }

    private static bool IsStale(Message message, Fence reached) => message switch
    {
        // About who is there: these carry what their sender last knew.
        WorkerReady or ServerReady or NodeFaulted or Welcomed => false,
        _ when reached.RunId is null => false,
        _ when message.Fence.RunId != reached.RunId => true,

        // Only a coordinator that was followed by another has no say in who stays.
        RestartGranted or Dismissed or JobEnded => message.Fence.Term < reached.Term,

        // They begin a generation, wherever the one before stood.
        HoldingRequested or RestoreRequested or ResumeRequested =>
            message.Fence.Ballot.CompareTo(reached.Ballot) < 0,
        _ => Fence.Compare(message.Fence, reached) < 0,
    };
}
