using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <content>
/// A server that came back, or came late, takes over the state of another one of its slice and stands by.
/// </content>
public sealed partial class Coordinator
{
    // Who is to take over a state, and from whom; null when nobody is.
    private ServerSeat? _syncing;
    private ServerSeat? _syncSource;

    private ServerSeat? StandbyToSync() => _shape.ReplicaCount == 0
        ? null
        : Array.Find(_servers, s => s is { IsPresent: true, IsMember: false, IsLeaving: false } && _now >= s.SyncNotBefore);

    private void BeginSync(ServerSeat standby)
    {
        _syncing = standby;
        _syncSource = Members.First(s => s.Slice == standby.Slice);
        Ask<SnapshotTaken>(CoordinatorPhase.Syncing, [_syncSource], _ => new SnapshotRequested(_fence, SnapshotPurpose.Standby));
    }

    private void OnSyncAnswered()
    {
        ServerSeat standby = _syncing!;
        if (!_poll!.IsAsked(standby))
        {
            SnapshotTaken taken = _poll.AnswersBySlice<SnapshotTaken>().Single();
            var copy = new SliceCopy(taken.State, taken.Carries);
            Ask<SliceReady>(CoordinatorPhase.Syncing, [standby], seat => new RestoreRequested(
                _fence, seat.Slice, seat.Replica, _job.ShardCount, _progress, CheckpointId: null, copy));
            return;
        }

        standby.IsMember = true;
        _holders = null;
        _outbox.Record(new ReplicaSynced(_fence, standby.Node, _syncSource!.Node));
        EndSync();
    }

    /// <summary>Training matters more than the standby: it is tried again later.</summary>
    private void GiveUpSync(string reason)
    {
        ServerSeat standby = _syncing!;
        standby.SyncNotBefore = _now + _options.GatherTimeout;
        _outbox.Record(new ReplicaDropped(_fence, standby.Node, reason));
        EndSync();
    }

    private void EndSync()
    {
        (_syncing, _syncSource) = (null, null);
        AtBarrier();
    }
}
