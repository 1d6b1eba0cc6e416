using System.Diagnostics;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// Computes the shard tasks it is given, from parameters and carries that it pulls. It owns nothing: losing
/// it costs only what it has not pushed.
/// </summary>
/// <remarks>This file has the switch, fences, tasks and work; <c>Parameters</c> whom it asks for what it computes with.</remarks>
public sealed partial class Worker : IRole
{
    private readonly ProtocolOptions _options;
    private readonly RoleClock _clock;
    private readonly DropRecorder _drops = new();
    private readonly Attendance _attendance;
    private readonly TransferPace _pace;

    // Only valid within Step.
    private TimeSpan _now;
    private Outbox _outbox = new();

    // Invariant: (term, generation, step, kind) of the assignment in hand never go back.
    private Fence _fence;
    private StepAssigned? _assignment;

    // Invariant: _todo, _running and _done are disjoint and belong to the assignment in hand.
    private readonly List<ShardRange> _todo = [];
    private readonly List<FinishedTask> _done = [];

    // Invariant: at most one order is with the executor; null _running while it works for an assignment that
    // is over.
    private long _workId;
    private bool _isWorking;
    private ShardRange? _running;
    private TimeSpan _workSince;

    private sealed record FinishedTask(ShardRange Shards, ShardsComputed? Computed, ShardReported Report);

    /// <summary>Creates a worker that nobody knows yet.</summary>
    /// <param name="runId">The run it belongs to.</param>
    /// <param name="incarnation">Counts the restarts of its address.</param>
    /// <param name="options">Deadlines.</param>
    public Worker(string runId, int incarnation, ProtocolOptions options)
    {
        options.Validate();
        _options = options;
        _clock = new RoleClock(options.ReviewInterval);
        _attendance = new Attendance(incarnation, options);
        _pace = new TransferPace(options);
        _fence = new Fence(runId, Term: 0, Generation: 0, Step: 0);
    }

    /// <summary>What it does.</summary>
    public WorkerPhase Phase { get; private set; } = WorkerPhase.Idle;

    /// <inheritdoc/>
    public void Step(RoleInput input, TimeSpan now, Outbox outbox)
    {
        (_now, _outbox) = (_clock.Read(now), outbox);
        if (Phase == WorkerPhase.Stopped || (input is MessageReceived received && !PassesFence(received)))
            return;

        switch (input)
        {
            case Started: OnStarted(); break;
            case TimerFired: OnTimerFired(); break;
            case LeaveRequested: OnLeaveRequested(); break;
            case WorkDone done: OnWorkDone(done); break;
            case WorkFailed failed: OnWorkFailed(failed); break;
            case PeerLost lost: OnPeerLost(lost.Node); break;
            case MessageReceived { Message: Welcomed }: break;
            case MessageReceived { Message: StepAssigned m, From: var from }: OnStepAssigned(from, m); break;
            case MessageReceived { Message: HoldersChanged m, From: var from }: OnHoldersChanged(from, m); break;
            case MessageReceived { Message: ParametersPulled m, From: var from }: OnParametersPulled(from, m); break;
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
        _now,
        _fence,
        new WorkerReady(_fence, _attendance.Incarnation, Phase == WorkerPhase.Idle, _attendance.IsLeaving),
        _outbox);

    private void OnTimerFired()
    {
        _outbox.ArmTimer(_options.ReviewInterval);
        _drops.Reviewed();
        if (_attendance.OwnStop(_now) is { } stop)
        {
            Stop(stop);
            return;
        }

        if (Phase == WorkerPhase.Pulling && _now - _pulledAt >= _pace.Patience(_repeatCount))
        {
            _repeatCount++;
            PullElsewhere();
        }

        if (_attendance.IsAnnouncementDue(_now))
            Announce();
    }

    private void OnLeaveRequested()
    {
        _attendance.Leave(_now);
        Announce();
    }

    private void OnStepAssigned(NodeId from, StepAssigned message)
    {
        bool isNew = _assignment is null || message.Fence != _assignment.Fence || message.Kind != _assignment.Kind;
        if (Phase == WorkerPhase.Faulted || !AreHolders(message.Holders, isNew ? message.Holders.Count : _pulled.Length))
        {
            Drop(from, message, DropReason.Unexpected);
            return;
        }

        if (isNew)
            BeginAssignment(message);
        else
            _holders = message.Holders;
        foreach (ShardRange range in message.Ranges)
            Take(range);
        if (_missingSliceCount == 0)
            ComputeNext();
    }

    /// <summary>
    /// Drops what is left of the assignment before. Work that is still running for it comes to nothing.
    /// </summary>
    private void BeginAssignment(StepAssigned message)
    {
        _assignment = message;
        _fence = message.Fence;
        _holders = message.Holders;
        (_pullAttempt, _repeatCount) = (0, 0);
        _assignedAt = _now;
        _todo.Clear();
        _done.Clear();
        _running = null;
        _pulled = new ParametersPulled?[_holders.Count];
        _parameters = new Payload[_holders.Count];
        _missingSliceCount = _holders.Count;
        Phase = WorkerPhase.Pulling;
        Pull();
    }

    private void Take(ShardRange range)
    {
        FinishedTask? finished = _done.Find(task => task.Shards == range);
        if (finished is not null)
            Deliver(finished); // asked again: the answer, or a gradient, got lost
        else if (range != _running && !_todo.Contains(range))
            _todo.Add(range);
    }

    private void ComputeNext()
    {
        if (_running is not null)
            return;
        if (_todo.Count == 0)
        {
            Phase = WorkerPhase.Idle;
            return;
        }

        Phase = WorkerPhase.Computing;
        if (_isWorking)
            return; // with an assignment that is over; its end comes here again
        ShardRange range = _todo[0];
        _todo.RemoveAt(0);
        _running = range;
        _isWorking = true;
        _workSince = _now;
        WorkOrder order = _assignment!.Kind == RoundKind.Training
            ? new ComputeShards(
                _fence, _assignment.Epoch, _assignment.StepInEpoch, range, _parameters, CarriesOf(range))
            : new EvaluateShards(_fence, range, _parameters);
        _outbox.StartWork(++_workId, order);
    }

    private Payload?[] CarriesOf(ShardRange range)
    {
        var carries = new Payload?[range.Count];
        foreach (ParametersPulled? pulled in _pulled)
        {
            int end = pulled!.FirstCarryShard + pulled.Carries.Count;
            for (int shard = Math.Max(range.Start, pulled.FirstCarryShard); shard < Math.Min(range.End, end); shard++)
                carries[shard - range.Start] = pulled.Carries[shard - pulled.FirstCarryShard];
        }

        return carries;
    }

    private void OnWorkDone(WorkDone done)
    {
        Debug.Assert(_isWorking && done.WorkId == _workId, "one order at a time");
        _isWorking = false;
        if (_running is { } range)
        {
            _running = null;
            TimeSpan compute = _now - _workSince;
            FinishedTask finished = done.Result switch
            {
                ShardsComputed computed => new(range, computed, ReportOf(range, computed.Losses, compute)),
                ShardsEvaluated evaluated => new(range, null, ReportOf(range, evaluated.Losses, compute)),
                _ => throw new UnreachableException($"result {done.Result.GetType().Name}"),
            };
            _done.Add(finished);
            Deliver(finished);
        }

        if (_missingSliceCount == 0)
            ComputeNext();
    }

    private ShardReported ReportOf(ShardRange range, IReadOnlyList<LossTotal> losses, TimeSpan compute) =>
        new(_fence, _assignment!.Kind, range, losses, compute);

    private void Deliver(FinishedTask task)
    {
        if (task.Computed is { } computed)
        {
            for (int slice = 0; slice < _holders.Count; slice++)
            {
                var id = new SliceId(slice, _holders.Count);
                var push = new PushGradient(
                    _fence, id, task.Shards, computed.Gradient, OwnedBy(_pulled[slice]!, task.Shards, computed.Carries));
                foreach (NodeId holder in _holders[slice])
                    Send(holder, push);
            }
        }

        Send(NodeId.Coordinator, task.Report);
    }

    /// <summary>The carries that a slice's server keeps; the others need not travel.</summary>
    private static IReadOnlyList<Payload?> OwnedBy(
        ParametersPulled pulled, ShardRange range, IReadOnlyList<Payload?> carries)
    {
        int first = pulled.FirstCarryShard - range.Start;
        int end = first + pulled.Carries.Count;
        if (first <= 0 && end >= range.Count)
            return carries;
        var owned = new Payload?[range.Count];
        for (int i = Math.Max(0, first); i < Math.Min(range.Count, end); i++)
            owned[i] = carries[i];
        return owned;
    }

    private void OnWorkFailed(WorkFailed failed)
    {
        Debug.Assert(_isWorking && failed.WorkId == _workId, "one order at a time");
        _isWorking = false;
        Phase = WorkerPhase.Faulted;
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

        Phase = WorkerPhase.Stopped;
        _outbox.Add(new RestartNode());
    }

    private void Stop(StopNode stop)
    {
        Phase = WorkerPhase.Stopped;
        Attendance.Stop(_fence, stop, _outbox);
    }

    /// <summary>
    /// Assignments must not go back; parameters must be those of the assignment in hand; membership must not be
    /// of a coordinator that another one has followed.
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
        int order = Fence.Compare(fence, _fence);
        bool passes = message switch
        {
            Welcomed or RestartGranted => true, // a coordinator that is not in office yet may say so
            Dismissed or JobEnded => fence.Term >= _fence.Term,
            StepAssigned assigned =>
                order > 0 || (order == 0 && assigned.Kind >= (_assignment?.Kind ?? assigned.Kind)),
            _ => order == 0,
        };
        if (!passes)
            Drop(received.From, message, order > 0 ? DropReason.Unexpected : DropReason.Stale);
        return passes;
    }

    private void Send(NodeId to, Message message) => _outbox.Send(to, message);

    private void Drop(NodeId from, Message message, DropReason reason) =>
        _drops.Record(_fence, from, message, reason, _outbox);
}
