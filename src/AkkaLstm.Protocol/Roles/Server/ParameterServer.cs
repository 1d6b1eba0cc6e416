using System.Diagnostics;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// Holds one slice of the parameters, its optimizer state and the carried state of the shards it owns: hands
/// them out for the step it stands at, collects gradients until all shards are covered, sums, and applies
/// what the coordinator decides.
/// </summary>
/// <remarks>This file has the switch, fences, generations and work; <c>Steps</c> what happens in a step.</remarks>
public sealed partial class ParameterServer : IRole
{
    private readonly ProtocolOptions _options;
    private readonly RoleClock _clock;
    private readonly DropRecorder _drops = new();
    private readonly Attendance _attendance;

    // Only valid within Step.
    private TimeSpan _now;
    private Outbox _outbox = new();

    // Invariant: term and generation never go back within an incarnation; the step may, when a new generation
    // begins.
    private Fence _fence;

    // What was asked for when it joined the generation; null while it has only promised to belong to it.
    private Fence? _joined;

    // The state it holds, of the step in _fence.
    private SliceId _slice;
    private int _firstOwnedShard;
    private Payload? _parameters;
    private Payload?[] _carries = [];
    private ulong _checksum;
    private JobProgress _progress = JobProgress.Initial;
    private ApplyUpdate? _lastUpdate;

    // The step in hand.
    private Payload?[] _nextCarries = [];
    private GradientCover _cover = new(0);
    private ApplyUpdate? _update;

    // What was answered last, for requests whose answer got lost.
    private SliceReady? _ready;
    private SliceReduced? _reduced;
    private SliceUpdated? _updated;

    // Invariant: at most one order is with the executor. What arrives meanwhile waits for it.
    private long _workId;
    private bool _isWorking;
    private Message? _waiting;

    /// <summary>Creates a server that holds nothing yet.</summary>
    /// <param name="runId">The run it belongs to.</param>
    /// <param name="incarnation">Counts the restarts of its address.</param>
    /// <param name="options">Deadlines.</param>
    public ParameterServer(string runId, int incarnation, ProtocolOptions options)
    {
        options.Validate();
        _options = options;
        _clock = new RoleClock(options.ReviewInterval);
        _attendance = new Attendance(incarnation, options);
        _fence = new Fence(runId, Term: 0, Generation: 0, Step: 0);
    }

    /// <summary>What it does.</summary>
    public ServerPhase Phase { get; private set; } = ServerPhase.Empty;

    /// <inheritdoc/>
    public void Step(RoleInput input, TimeSpan now, Outbox outbox)
    {
        (_now, _outbox) = (_clock.Read(now), outbox);
        if (Phase == ServerPhase.Stopped || (input is MessageReceived received && !PassesFence(received)))
            return;

        switch (input)
        {
            case Started: OnStarted(); break;
            case TimerFired: OnTimerFired(); break;
            case LeaveRequested: OnLeaveRequested(); break;
            case WorkDone done: OnWorkDone(done); break;
            case WorkFailed failed: OnWorkFailed(failed); break;
            case PeerLost: break; // nobody is waited for by name: the coordinator decides about lost nodes
            case MessageReceived { Message: Welcomed }: break;
            case MessageReceived { Message: HoldingRequested m }: OnHoldingRequested(m); break;
            case MessageReceived { Message: RestoreRequested m, From: var from }: OnRestoreRequested(from, m); break;
            case MessageReceived { Message: ResumeRequested m, From: var from }: OnResumeRequested(from, m); break;
            case MessageReceived { Message: PullParameters m, From: var from }: OnPullParameters(from, m); break;
            case MessageReceived { Message: PushGradient m, From: var from }: OnPushGradient(from, m); break;
            case MessageReceived { Message: ReductionAwaited m, From: var from }: OnReductionAwaited(from, m); break;
            case MessageReceived { Message: ApplyUpdate m, From: var from }: OnApplyUpdate(from, m); break;
            case MessageReceived { Message: SnapshotRequested m, From: var from }: OnSnapshotRequested(from, m); break;
            case MessageReceived { Message: RestartGranted m, From: var from }: OnRestartGranted(from, m); break;
            case MessageReceived { Message: Dismissed m }: Stop(new StopNode(StopCause.Told, m.Reason)); break;
            case MessageReceived { Message: JobEnded }: Stop(new StopNode(StopCause.Told, "the job is over")); break;
            case MessageReceived { Message: var m, From: var from }: Drop(from, m, DropReason.Unexpected); break;
            default: throw new UnreachableException($"input {input.GetType().Name}");
        }
    }

    private void OnStarted()
    {
        _attendance.Begin(_now);
        _outbox.ArmTimer(_options.ReviewInterval);
        Announce();
    }

    private void Announce() => _attendance.Announce(
        _now, _fence, new ServerReady(_fence, _attendance.Incarnation, Holding, _attendance.IsLeaving), _outbox);

    private SliceHolding? Holding
    {
        get
        {
            HoldingState? state = Phase switch
            {
                ServerPhase.Collecting or ServerPhase.Reducing or ServerPhase.Snapshotting => HoldingState.Open,
                ServerPhase.Reduced => HoldingState.Summed,
                ServerPhase.Applying => HoldingState.Applying,
                _ => null,
            };
            return state is { } held
                ? new SliceHolding(_slice, _progress, held, _lastUpdate?.Decision, _lastUpdate?.UnsavedBestStep)
                : null;
        }
    }

    private void OnTimerFired()
    {
        _outbox.ArmTimer(_options.ReviewInterval);
        _drops.Reviewed();
        if (_attendance.OwnStop(_now) is { } stop)
            Stop(stop);
        else if (_attendance.IsAnnouncementDue(_now))
            Announce();
    }

    private void OnLeaveRequested()
    {
        _attendance.Leave(_now);
        Announce();
    }

    /// <summary>
    /// Promises to belong to a new term and generation: orders of an earlier one are stale from now on, so what
    /// it answers stays true until the new one says how to go on.
    /// </summary>
    private void OnHoldingRequested(HoldingRequested message)
    {
        if (message.Fence.Ballot.CompareTo(_fence.Ballot) > 0)
        {
            _fence = message.Fence.At(_fence.Step);
            _joined = null;
            if (_waiting is RestoreRequested)
                Phase = ServerPhase.Empty; // what the restore was to replace is not to be trusted
            _waiting = null;
        }

        Announce();
    }

    private void OnRestoreRequested(NodeId from, RestoreRequested message)
    {
        if (IsSettled(from, message))
            return;
        if (Phase == ServerPhase.Faulted)
        {
            Drop(from, message, DropReason.Unexpected); // the executor is not to be trusted any more
            return;
        }

        Join(message.Fence);
        _parameters = null;
        Phase = ServerPhase.Restoring;
        if (_isWorking)
            _waiting = message;
        else
            BeginRestore(message);
    }

    private void OnResumeRequested(NodeId from, ResumeRequested message)
    {
        if (IsSettled(from, message))
            return;
        if (Holding is not { State: not HoldingState.Applying } || message.Fence.Step != _fence.Step)
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        Join(message.Fence);
        if (_isWorking)
            _waiting = message;
        else
            Resume();
    }

    /// <summary>
    /// Whether it has joined this generation already: asked again, because the answer got lost, or asked by a
    /// message that was late, from before it became a standby at a later step.
    /// </summary>
    private bool IsSettled(NodeId from, Message message)
    {
        if (_joined is not { } joined || joined.Ballot != message.Fence.Ballot || message.Fence.Step > joined.Step)
            return false;
        if (message.Fence.Step < joined.Step)
            Drop(from, message, DropReason.Stale);
        else if (_ready is not null)
            Send(NodeId.Coordinator, _ready);
        return true;
    }

    private void Join(Fence fence)
    {
        _fence = fence;
        _joined = fence;
        (_ready, _reduced, _updated) = (null, null, null);
    }

    private void BeginRestore(RestoreRequested message)
    {
        _slice = message.Slice;
        _progress = message.Progress;
        (_update, _lastUpdate) = (null, null);
        _firstOwnedShard = _slice.FirstOwnedShard(message.ShardCount);
        _nextCarries = new Payload?[_slice.OwnedShardCount(message.ShardCount)];
        _cover = new GradientCover(message.ShardCount);
        StartWork(new RestoreSlice(
            message.Fence, _slice, message.Replica, message.CheckpointId, message.ShardCount, message.Copy));
    }

    /// <summary>Keeps the state; what was collected for the step in hand comes anew.</summary>
    private void Resume()
    {
        _cover.Clear();
        Array.Clear(_nextCarries);
        Phase = ServerPhase.Collecting;
        AnswerReady();
    }

    private void AnswerReady()
    {
        _ready = new SliceReady(_fence, _slice, _checksum);
        Send(NodeId.Coordinator, _ready);
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
        Message? waiting = _waiting;
        _waiting = null;
        if (waiting is RestoreRequested restore)
            BeginRestore(restore);
        else if (waiting is ResumeRequested)
            Resume();
        else if (Phase != ServerPhase.Empty)
            Take(done.Result);
    }

    private void Take(WorkResult result)
    {
        switch (result)
        {
            case SliceRestored restored: OnRestored(restored); break;
            case SliceSums sums: OnReduced(sums); break;
            case SliceApplied applied: OnApplied(applied); break;
            case SliceSnapshot snapshot: OnSnapshot(snapshot); break;
            default: throw new UnreachableException($"result {result.GetType().Name}");
        }
    }

    private void OnRestored(SliceRestored restored)
    {
        _parameters = restored.Parameters;
        _carries = [.. restored.Carries];
        _checksum = restored.Checksum;
        _fence = _fence.At(_progress.Step);
        Debug.Assert(_carries.Length == _nextCarries.Length, "one carry for each owned shard");
        Phase = ServerPhase.Collecting;
        if (_joined is not null)
            AnswerReady();
        else
            Announce(); // a newer generation wants to know what is there
    }

    private void OnWorkFailed(WorkFailed failed)
    {
        Debug.Assert(_isWorking && failed.WorkId == _workId, "one order at a time");
        _isWorking = false;
        _waiting = null;
        Phase = ServerPhase.Faulted;
        _attendance.Fail(failed.Error);
        Announce();
    }

    private void OnRestartGranted(NodeId from, RestartGranted message)
    {
        if (!_attendance.IsGranted(message))
        {
            Drop(from, message, DropReason.Stale);
            return;
        }

        Phase = ServerPhase.Stopped;
        _outbox.Add(new RestartNode());
    }

    private void Stop(StopNode stop)
    {
        Phase = ServerPhase.Stopped;
        Attendance.Stop(_fence, stop, _outbox);
    }

    /// <summary>
    /// Steps and data must match the step it stands at; a generation must not be older than its own; membership
    /// must not be of a coordinator that another one has followed.
    /// </summary>
    private bool PassesFence(MessageReceived received)
    {
        Message message = received.Message;
        Fence fence = message.Fence;
        if (!Senders.MaySend(received.From.Role, message))
        {
            Drop(received.From, message, DropReason.Unexpected);
            return false;
        }

        if (!string.Equals(fence.RunId, _fence.RunId, StringComparison.Ordinal))
        {
            Drop(received.From, message, DropReason.OtherRun);
            return false;
        }

        if (received.From.Role == NodeRole.Coordinator)
            _attendance.HeardFromCoordinator(_now);
        if (message is ApplyUpdate && fence == _updated?.Fence && _joined is not null)
        {
            Send(received.From, _updated); // asked again: the answer got lost
            return false;
        }

        bool passes = message switch
        {
            Welcomed or RestartGranted => true, // a coordinator that is not in office yet may say so
            Dismissed or JobEnded => fence.Term >= _fence.Term,
            HoldingRequested or RestoreRequested or ResumeRequested => fence.Ballot.CompareTo(_fence.Ballot) >= 0,
            _ => fence == _fence,
        };
        if (!passes)
            Drop(received.From, message, Fence.Compare(fence, _fence) < 0 ? DropReason.Stale : DropReason.Unexpected);
        return passes;
    }

    private void Send(NodeId to, Message message) => _outbox.Send(to, message);

    private void Drop(NodeId from, Message message, DropReason reason) =>
        _drops.Record(_fence, from, message, reason, _outbox);
}
