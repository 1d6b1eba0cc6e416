using System.Diagnostics;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// Holds one slice of the parameters, its optimizer state and the carried state of the shards it owns: hands
/// them out for the step it stands at, collects gradients until all shards are covered, sums, and applies
/// what the coordinator decides.
/// </summary>
public sealed class ParameterServer : IRole
{
    private readonly int _incarnation;
    private readonly ProtocolOptions _options;

    // Only valid within Step.
    private TimeSpan _now;
    private Outbox _outbox = new();

    // Invariant: the generation and the step that _parameters and _carries belong to; never go back within an
    // incarnation except that a new generation may begin at an earlier step.
    private Fence _fence;
    private SliceId _slice;
    private int _firstOwnedShard;
    private Payload? _parameters;
    private Payload?[] _carries = [];
    private Payload?[] _nextCarries = [];
    private GradientCover _cover = new(0);

    // What was answered last, for requests whose answer got lost.
    private SliceReady? _ready;
    private SliceReduced? _reduced;
    private SliceUpdated? _updated;
    private NodeFaulted? _fault;

    // Invariant: at most one order is with the executor. A restore that arrives meanwhile waits for it.
    private long _workId;
    private bool _isWorking;
    private RestoreRequested? _waitingRestore;

    private TimeSpan _heardAt;
    private TimeSpan _announcedAt;

    /// <summary>Creates a server that holds nothing yet.</summary>
    /// <param name="runId">The run it belongs to.</param>
    /// <param name="incarnation">Counts the restarts of its address.</param>
    /// <param name="options">Deadlines.</param>
    public ParameterServer(string runId, int incarnation, ProtocolOptions options)
    {
        options.Validate();
        _incarnation = incarnation;
        _options = options;
        _fence = new Fence(runId, Generation: 0, Step: 0);
    }

    /// <summary>What it does.</summary>
    public ServerPhase Phase { get; private set; } = ServerPhase.Empty;

    /// <inheritdoc/>
    public void Step(RoleInput input, TimeSpan now, Outbox outbox)
    {
        (_now, _outbox) = (now, outbox);
        if (Phase == ServerPhase.Stopped || (input is MessageReceived received && !PassesFence(received)))
            return;

        switch (input)
        {
            case Started: OnStarted(); break;
            case TimerFired: OnTimerFired(); break;
            case WorkDone done: OnWorkDone(done); break;
            case WorkFailed failed: OnWorkFailed(failed); break;
            case PeerLost: break; // nobody is waited for by name: the coordinator decides about lost nodes
            case MessageReceived { Message: Welcomed }: break;
            case MessageReceived { Message: RestoreRequested m }: OnRestoreRequested(m); break;
            case MessageReceived { Message: PullParameters m, From: var from }: OnPullParameters(from, m); break;
            case MessageReceived { Message: PushGradient m, From: var from }: OnPushGradient(from, m); break;
            case MessageReceived { Message: ReductionAwaited m, From: var from }: OnReductionAwaited(from, m); break;
            case MessageReceived { Message: ApplyUpdate m, From: var from }: OnApplyUpdate(from, m); break;
            case MessageReceived { Message: SnapshotRequested m, From: var from }: OnSnapshotRequested(from, m); break;
            case MessageReceived { Message: RestartGranted m, From: var from }: OnRestartGranted(from, m); break;
            case MessageReceived { Message: Dismissed m }: Stop(m.Reason); break;
            case MessageReceived { Message: JobEnded }: Stop("the job is over"); break;
            case MessageReceived { Message: var m, From: var from }: Drop(from, m, DropReason.Unexpected); break;
            default: throw new UnreachableException($"input {input.GetType().Name}");
        }
    }

    private void OnStarted()
    {
        _heardAt = _now;
        _outbox.ArmTimer(_options.ReviewInterval);
        Announce();
    }

    private void Announce()
    {
        _announcedAt = _now;
        Send(NodeId.Coordinator, new ServerReady(_fence, _incarnation));
    }

    private void OnTimerFired()
    {
        _outbox.ArmTimer(_options.ReviewInterval);
        if (_now - _heardAt >= _options.CoordinatorLostTimeout)
            Stop($"nothing from the coordinator for {_now - _heardAt}");
        else if (_now - _heardAt < _options.RepeatInterval || _now - _announcedAt < _options.RepeatInterval)
            return;
        else if (_fault is not null)
            ReportFault(_fault);
        else
            Announce();
    }

    private void ReportFault(NodeFaulted fault)
    {
        _announcedAt = _now;
        Send(NodeId.Coordinator, fault);
    }

    private void OnRestoreRequested(RestoreRequested message)
    {
        if (message.Fence.Generation == _fence.Generation)
        {
            // Asked again: the answer, if there is one, got lost.
            if (_ready is not null)
                Send(NodeId.Coordinator, _ready);
            return;
        }

        if (Phase == ServerPhase.Faulted)
            return; // the executor is not to be trusted any more
        _fence = message.Fence;
        (_ready, _reduced, _updated, _parameters) = (null, null, null, null);
        Phase = ServerPhase.Restoring;
        if (_isWorking)
            _waitingRestore = message;
        else
            BeginRestore(message);
    }

    private void BeginRestore(RestoreRequested message)
    {
        _slice = message.Slice;
        _firstOwnedShard = _slice.FirstOwnedShard(message.ShardCount);
        _nextCarries = new Payload?[_slice.OwnedShardCount(message.ShardCount)];
        _cover = new GradientCover(message.ShardCount);
        StartWork(new RestoreSlice(_fence, _slice, message.CheckpointId, message.ShardCount));
    }

    private void OnPullParameters(NodeId from, PullParameters message)
    {
        bool isHeld = Phase
            is ServerPhase.Collecting or ServerPhase.Reducing or ServerPhase.Reduced or ServerPhase.Snapshotting;
        if (isHeld)
            Send(from, new ParametersPulled(_fence, _slice, _parameters!, _firstOwnedShard, _carries));
        else
            Drop(from, message, DropReason.Unexpected);
    }

    private void OnPushGradient(NodeId from, PushGradient message)
    {
        if (Phase != ServerPhase.Collecting || !_cover.TryAdd(new GradientPart(message.Shards, message.Gradient)))
        {
            Drop(from, message, DropReason.Duplicate);
            return;
        }

        for (int i = 0; i < message.Shards.Count; i++)
        {
            int owned = message.Shards.Start + i - _firstOwnedShard;
            if (owned >= 0 && owned < _nextCarries.Length)
                _nextCarries[owned] = message.Carries[i];
        }

        if (!_cover.IsComplete)
            return;
        Phase = ServerPhase.Reducing;
        StartWork(new ReduceSlice(_fence, _slice, _cover.Parts()));
    }

    private void OnReductionAwaited(NodeId from, ReductionAwaited message)
    {
        switch (Phase)
        {
            case ServerPhase.Collecting:
                Send(from, new GradientMissing(_fence, _slice, _cover.Missing()));
                break;
            case ServerPhase.Reduced:
                Send(from, _reduced!);
                break;
            case ServerPhase.Reducing:
                break; // the answer comes with the work
            default:
                Drop(from, message, DropReason.Unexpected);
                break;
        }
    }

    private void OnApplyUpdate(NodeId from, ApplyUpdate message)
    {
        if (Phase != ServerPhase.Reduced)
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        Phase = ServerPhase.Applying;
        StartWork(new ApplySlice(_fence, _slice, message.Decision));
    }

    private void OnSnapshotRequested(NodeId from, SnapshotRequested message)
    {
        if (Phase != ServerPhase.Collecting)
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        Phase = ServerPhase.Snapshotting;
        StartWork(new SnapshotSlice(_fence, _slice, [.. _carries]));
    }

    private void StartWork(WorkOrder order)
    {
        Debug.Assert(!_isWorking, "one order at a time");
        _isWorking = true;
        _outbox.StartWork(++_workId, order);
    }

    private void OnWorkDone(WorkDone done)
    {
        Debug.Assert(_isWorking && done.WorkId == _workId, "one order at a time");
        _isWorking = false;
        if (_waitingRestore is { } restore)
        {
            _waitingRestore = null;
            BeginRestore(restore);
            return;
        }

        switch (done.Result)
        {
            case SliceRestored restored: OnRestored(restored); break;
            case SliceSums sums: OnReduced(sums); break;
            case SliceApplied applied: OnApplied(applied); break;
            case SliceSnapshot snapshot: OnSnapshot(snapshot); break;
            default: throw new UnreachableException($"result {done.Result.GetType().Name}");
        }
    }

    private void OnRestored(SliceRestored restored)
    {
        _parameters = restored.Parameters;
        _carries = [.. restored.Carries];
        Debug.Assert(_carries.Length == _nextCarries.Length, "one carry for each owned shard");
        Phase = ServerPhase.Collecting;
        _ready = new SliceReady(_fence, _slice, restored.Checksum);
        Send(NodeId.Coordinator, _ready);
    }

    private void OnReduced(SliceSums sums)
    {
        Phase = ServerPhase.Reduced;
        _reduced = new SliceReduced(_fence, _slice, sums.BlockSquareSums);
        Send(NodeId.Coordinator, _reduced);
    }

    private void OnApplied(SliceApplied applied)
    {
        _updated = new SliceUpdated(_fence, _slice, applied.Checksum);
        _fence = _fence.At(_fence.Step + 1);
        _parameters = applied.Parameters;
        _reduced = null;
        _cover.Clear();

        // A new array: pulled carries of the closed step may still be in a mailbox.
        _carries = _nextCarries;
        _nextCarries = new Payload?[_carries.Length];
        Phase = ServerPhase.Collecting;
        Send(NodeId.Coordinator, _updated);
    }

    private void OnSnapshot(SliceSnapshot snapshot)
    {
        Phase = ServerPhase.Collecting;
        Send(NodeId.Coordinator, new SnapshotTaken(_fence, _slice, snapshot.State, snapshot.Carries));
    }

    private void OnWorkFailed(WorkFailed failed)
    {
        Debug.Assert(_isWorking && failed.WorkId == _workId, "one order at a time");
        _isWorking = false;
        _waitingRestore = null;
        Phase = ServerPhase.Faulted;
        _fault = new NodeFaulted(_fence, _incarnation, failed.Error);
        ReportFault(_fault);
    }

    private void OnRestartGranted(NodeId from, RestartGranted message)
    {
        if (message.Incarnation != _incarnation || Phase != ServerPhase.Faulted)
        {
            Drop(from, message, DropReason.Stale);
            return;
        }

        Phase = ServerPhase.Stopped;
        _outbox.Add(new RestartNode());
    }

    private void Stop(string reason)
    {
        Phase = ServerPhase.Stopped;
        _outbox.Record(new NodeStopped(_fence, reason));
        _outbox.Add(new StopNode(reason));
    }

    /// <summary>
    /// Steps and data must match the step it stands at; membership and a new generation need only be of the
    /// run.
    /// </summary>
    private bool PassesFence(MessageReceived received)
    {
        Message message = received.Message;
        Fence fence = message.Fence;
        if (!string.Equals(fence.RunId, _fence.RunId, StringComparison.Ordinal))
        {
            Drop(received.From, message, DropReason.OtherRun);
            return false;
        }

        if (received.From.Role == NodeRole.Coordinator)
            _heardAt = _now;
        switch (message)
        {
            case Welcomed or RestartGranted or Dismissed or JobEnded:
            case RestoreRequested when fence.Generation >= _fence.Generation:
                return true;
            case ApplyUpdate when fence == _updated?.Fence:
                Send(received.From, _updated); // asked again: the answer got lost
                return false;
        }

        if (fence == _fence)
            return true;
        bool isStale = (fence.Generation, fence.Step).CompareTo((_fence.Generation, _fence.Step)) < 0;
        Drop(received.From, message, isStale ? DropReason.Stale : DropReason.Unexpected);
        return false;
    }

    private void Send(NodeId to, Message message) => _outbox.Send(to, message);

    private void Drop(NodeId from, Message message, DropReason reason) =>
        _outbox.Record(new InputDropped(_fence, message.GetType().Name, from, reason));
}
