using System.Diagnostics;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// Runs the job: gathers nodes, assigns shard tasks, lets the policy decide, closes steps and epochs, orders
/// checkpoints, and decides what to do about nodes that fail. All it holds can be had again from servers or a
/// checkpoint, so a coordinator that is started anew for the same run goes on where the one before stood.
/// </summary>
/// <remarks>
/// Between two steps there is a barrier at which nothing is under way (<see cref="AtBarrier"/>): stops,
/// validation, snapshots and the next step all start there. The parts: this file has the switch, fences and
/// the barrier; <c>Gathering</c> how a generation begins; <c>Rounds</c> steps and validation; <c>Tasks</c> who
/// computes what; <c>Workers</c> and <c>Servers</c> nodes that come, go, fail and fall silent; <c>Standbys</c>
/// servers that take over another's state; <c>Checkpoints</c> what its name says.
/// </remarks>
public sealed partial class Coordinator : IRole
{
    private readonly JobDescription _job;
    private readonly IJobPolicy _policy;
    private readonly ProtocolOptions _options;
    private readonly ClusterShape _shape;
    private readonly RoleClock _clock;
    private readonly DropRecorder _drops = new();
    private readonly ServerSeat[] _servers;
    private readonly SortedDictionary<int, WorkerSeat> _workers = [];

    // Only valid within Step.
    private TimeSpan _now;
    private Outbox _outbox = new();

    // Invariant: Step equals _progress.Step; term, generation and, within a generation, step never go back.
    private Fence _fence;
    private JobProgress _progress;
    private TimeSpan _phaseSince;
    private bool _isStopRequested;
    private TimeSpan _stopRequestedAt;

    // Whether a generation of this coordinator has begun, and whether it got as far as a barrier.
    private bool _isInOffice;
    private bool _hasStepped;

    /// <summary>Creates the coordinator of a run.</summary>
    /// <param name="job">The job; must be valid. For a coordinator that is started anew, its start is the newest
    /// checkpoint.</param>
    /// <param name="policy">The numeric decisions.</param>
    /// <param name="shape">How many servers there are.</param>
    /// <param name="options">Deadlines and budgets.</param>
    public Coordinator(JobDescription job, IJobPolicy policy, ClusterShape shape, ProtocolOptions options)
    {
        job.Validate();
        shape.Validate();
        options.Validate();
        _job = job;
        _policy = policy;
        _options = options;
        _shape = shape;
        _clock = new RoleClock(options.ReviewInterval);
        _servers = [.. Enumerable.Range(0, shape.SeatCount).Select(k => new ServerSeat(k, shape.SliceOf(k), NewBudget()))];
        _progress = job.Start;
        _fence = new Fence(job.RunId, job.Term, Generation: 1, job.Start.Step);
        _history = new CheckpointHistory(job);
        _snapshotStep = job.Start.Step;
        _board = new ShardBoard(job.ShardCount);
        _reductionPace = new TransferPace(options);
    }

    /// <summary>What it is waiting for.</summary>
    public CoordinatorPhase Phase { get; private set; } = CoordinatorPhase.Gathering;

    /// <inheritdoc/>
    public void Step(RoleInput input, TimeSpan now, Outbox outbox)
    {
        (_now, _outbox) = (_clock.Read(now), outbox);
        if (Phase == CoordinatorPhase.Done)
        {
            if (input is MessageReceived late)
                Send(late.From, new JobEnded(_fence));
            return;
        }

        if (input is MessageReceived received && !PassesFence(received))
            return;

        switch (input)
        {
            case Started: OnStarted(); break;
            case TimerFired: OnTimerFired(); break;
            case StopRequested or LeaveRequested: OnStopRequested(); break;
            case PeerLost lost: OnPeerLost(lost.Node); break;
            case WorkDone done: OnWorkDone(done); break;
            case WorkFailed failed: OnWorkFailed(failed); break;
            case MessageReceived { Message: WorkerReady m, From: var from }: OnWorkerReady(from, m); break;
            case MessageReceived { Message: ServerReady m, From: var from }: OnServerReady(from, m); break;
            case MessageReceived { Message: NodeFaulted m, From: var from }: OnNodeFaulted(from, m); break;
            case MessageReceived { Message: ShardReported m, From: var from }: OnShardReported(from, m); break;
            case MessageReceived { Message: GradientMissing m, From: var from }: OnGradientMissing(from, m); break;
            case MessageReceived { Message: SliceReady m, From: var from }:
                OnAnswer(from, m.Slice, m, static (a, b) => a.Checksum == b.Checksum);
                break;
            case MessageReceived { Message: SliceReduced m, From: var from }:
                OnAnswer(from, m.Slice, m, static (a, b) => a.BlockSquareSums.SequenceEqual(b.BlockSquareSums));
                break;
            case MessageReceived { Message: SliceUpdated m, From: var from }:
                OnAnswer(from, m.Slice, m, static (a, b) => a.Checksum == b.Checksum);
                break;
            case MessageReceived { Message: SnapshotTaken m, From: var from } when HasItsCarries(m):
                OnAnswer(from, m.Slice, m, static (_, _) => true); // only one server of a slice is asked
                break;
            case MessageReceived { Message: var m, From: var from }: Drop(from, m, DropReason.Unexpected); break;
            default: throw new UnreachableException($"input {input.GetType().Name}");
        }

        Debug.Assert(_fence.Step == _progress.Step, "fence and progress go together");
    }

    private void OnStarted()
    {
        _snapshotAt = _now;
        _phaseSince = _now;
        _outbox.ArmTimer(_options.ReviewInterval);
    }

    /// <summary>Looks at all deadlines. Each review may end the job, which ends the rest.</summary>
    private void OnTimerFired()
    {
        _outbox.ArmTimer(_options.ReviewInterval);
        _drops.Reviewed();
        ReviewCheckpoints();
        if (Phase != CoordinatorPhase.Done)
            ReviewSilence();
        switch (Phase)
        {
            case CoordinatorPhase.Gathering: ReviewGathering(); break;
            case CoordinatorPhase.AwaitingWorkers: ReviewAwaitedWorkers(); break;
            case CoordinatorPhase.Computing or CoordinatorPhase.Evaluating: ReviewTasks(); break;
        }

        if (_poll is { } poll && IsPolling)
            ReviewServers(poll);
    }

    private void OnStopRequested()
    {
        if (_isStopRequested)
            return;
        (_isStopRequested, _stopRequestedAt) = (true, _now);
        _outbox.Record(new StopAccepted(_fence));
        switch (Phase)
        {
            case CoordinatorPhase.Gathering when !_isInOffice && !Array.Exists(_servers, s => s.Promise?.Holding is not null):
            case CoordinatorPhase.Restoring when !_hasStepped && _fence.Step == _job.Start.Step:
                Finish(JobOutcomeKind.Stopped, reason: null); // nothing has happened that a checkpoint could keep
                break;
            case CoordinatorPhase.Gathering:
                ReviewGathering();
                break;
            case CoordinatorPhase.Evaluating or CoordinatorPhase.AwaitingWorkers:
                AtBarrier(); // validation changes nothing: the resumed job begins with it
                break;
        }
    }

    /// <summary>Nothing is under way: decides what comes next.</summary>
    private void AtBarrier()
    {
        _hasStepped = true;
        bool isEpochOver = _progress.StepInEpoch == _job.StepsPerEpoch;
        if (_isStopRequested)
            EndWithCheckpoint(CheckpointReason.Stop);
        else if (isEpochOver && _job.ValidationShardCount > 0)
            BeginRound(CoordinatorPhase.Evaluating, RoundKind.Evaluation, _job.ValidationShardCount);
        else if (isEpochOver)
            CloseEpoch(validation: null);
        else if (IsJobComplete)
            EndWithCheckpoint(CheckpointReason.Final);
        else if (StandbyToSync() is { } standby)
            BeginSync(standby);
        else if (ServerToLetGo() is { } leaving)
            HandOver(leaving);
        else if (IsIntervalCheckpointDue())
            BeginSnapshot(CheckpointReason.Interval, isBest: false);
        else
            BeginStep();
    }

    private bool IsJobComplete => _job.IsCompleteAt(_progress);

    private void Finish(JobOutcomeKind kind, string? reason)
    {
        var outcome = new JobOutcome(kind, _progress, _history.NewestId, reason);
        EnterPhase(CoordinatorPhase.Done);
        _outbox.Record(new JobFinished(_fence, outcome));
        if (kind != JobOutcomeKind.Superseded)
        {
            foreach (NodeId node in _servers.Select(s => s.Node).Concat(_workers.Values.Select(w => w.Node)))
                Send(node, new JobEnded(_fence));
        }

        _outbox.Add(new EndJob(outcome));
    }

    private void EnterPhase(CoordinatorPhase phase)
    {
        Phase = phase;
        _phaseSince = _now;
    }

    /// <summary>
    /// Whether a message comes from who sends such, belongs to the run and, unless it is about membership, to the
    /// generation and step in hand.
    /// </summary>
    private bool PassesFence(MessageReceived received)
    {
        Fence fence = received.Message.Fence;
        if (!Senders.MaySend(received.From.Role, received.Message))
        {
            Drop(received.From, received.Message, DropReason.Unexpected);
            return false;
        }

        if (!string.Equals(fence.RunId, _fence.RunId, StringComparison.Ordinal))
        {
            Drop(received.From, received.Message, DropReason.OtherRun);
            return false;
        }

        HeardFrom(received.From);
        if (fence.Term > _fence.Term)
        {
            Finish(JobOutcomeKind.Superseded, $"{received.From} follows a later coordinator");
            return false;
        }

        if (!_isInOffice)
            ComeAfter(fence);
        if (received.Message is WorkerReady or ServerReady or NodeFaulted || fence == _fence)
            return true;

        // Even a late answer shows that a slow worker is there again.
        if (received.Message is ShardReported)
            HasAnswered(received.From);
        Drop(received.From, received.Message, Fence.Compare(fence, _fence) < 0 ? DropReason.Stale : DropReason.Unexpected);
        return false;
    }

    /// <summary>Any message is a sign of life.</summary>
    private void HeardFrom(NodeId node)
    {
        if (node.Role == NodeRole.Worker && _workers.TryGetValue(node.Index, out WorkerSeat? worker))
            worker.HeardAt = _now;
        else if (node.Role == NodeRole.Server && node.Index < _servers.Length)
            _servers[node.Index].HeardAt = _now;
    }

    private void Send(NodeId to, Message message) => _outbox.Send(to, message);

    private void Drop(NodeId from, Message message, DropReason reason) =>
        _drops.Record(_fence, from, message, reason, _outbox);

    private RestartBudget NewBudget() => new(_options.RestartBudget, _options.RestartWindow);
}
