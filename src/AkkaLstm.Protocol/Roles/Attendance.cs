using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// What workers and servers have in common towards the coordinator: heartbeats, a failure to be reported until
/// it is answered, the wish to leave, and giving up a coordinator that says nothing.
/// </summary>
internal sealed class Attendance(int incarnation, ProtocolOptions options)
{
    private TimeSpan _heardAt;
    private TimeSpan _announcedAt;
    private TimeSpan? _leavingSince;
    private WorkError? _fault;

    public int Incarnation => incarnation;

    public bool IsLeaving => _leavingSince is not null;

    public bool IsFaulted => _fault is not null;

    public void Begin(TimeSpan now) => _heardAt = now;

    public void HeardFromCoordinator(TimeSpan now) => _heardAt = now;

    public void Leave(TimeSpan now) => _leavingSince ??= now;

    public void Fail(WorkError error) => _fault = error;

    /// <summary>
    /// Sends the heartbeat: the announcement, or instead of it the failure that waits for an answer.
    /// </summary>
    public void Announce(TimeSpan now, Fence fence, Message announcement, Outbox outbox)
    {
        _announcedAt = now;
        outbox.Send(NodeId.Coordinator, _fault is null ? announcement : new NodeFaulted(fence, incarnation, _fault));
    }

    public bool IsAnnouncementDue(TimeSpan now) => now - _announcedAt >= options.HeartbeatInterval;

    /// <summary>Why the node is to stop by itself; null while it is not.</summary>
    public StopNode? OwnStop(TimeSpan now)
    {
        if (_leavingSince is { } since && now - since >= options.LeaveTimeout)
            return new StopNode(StopCause.Left, $"it wanted to leave and was not let go for {now - since}");
        return now - _heardAt >= options.CoordinatorLostTimeout
            ? new StopNode(StopCause.CoordinatorLost, $"nothing from the coordinator for {now - _heardAt}")
            : null;
    }

    /// <summary>Whether a grant is for the failure that this incarnation reported.</summary>
    public bool IsGranted(RestartGranted message) => IsFaulted && message.Incarnation == incarnation;

    /// <summary>The effects of stopping for good.</summary>
    public static void Stop(Fence fence, StopNode stop, Outbox outbox)
    {
        outbox.Record(new NodeStopped(fence, stop.Reason));
        outbox.Add(stop);
    }
}
