using System.Buffers;
using Akka.Actor;
using Akka.Cluster;
using AkkaLstm.Engines.Akka.Peers;
using AkkaLstm.Engines.Akka.Roles;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>
/// The cluster's singleton: opens the job when the first node knocks, lets nodes in, and is parent of the coordinator's
/// shell. One that takes over knows nobody; nodes knock every second and are let in again. Where nobody knocks it leaves
/// the job alone: it may be on the wrong side of a partition, in a cluster of its own.
/// </summary>
#pragma warning disable CA1001 // PostStop disposes of what it owns; nobody else could
internal sealed class OfficeActor : UntypedActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>How long the job may take to be closed when another process takes it over.</summary>
    private static readonly TimeSpan ClosingTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How long nobody may knock before it looks whether there is another cluster.</summary>
    private static readonly TimeSpan LonelyTimeout = TimeSpan.FromSeconds(15);

    /// <summary>How long one that is to go waits for a node that may just be starting, to end the job with it.</summary>
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromSeconds(5);

    private readonly CoordinatorSession _session;
    private readonly ClusterNodeOptions _options;
    private readonly FileCounter _files;
    private readonly CancellationToken _leave;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<JobOutcome> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Action<NodeEnd> _end;
    private readonly Action<Exception> _fail;
    private readonly NodeInstance _instance = NodeInstance.New();
    private readonly PeerTable _peers;

    // Told of, and not heard of since.
    private readonly HashSet<NodeId> _lost = [];

    private Task<bool>? _running;

    // Null until the job is open.
    private Office? _office;

    /// <summary>The open job.</summary>
    /// <param name="Card">What this node says of itself.</param>
    /// <param name="Seats">Who has which address of the run.</param>
    /// <param name="Members">The actors of those who sit there.</param>
    /// <param name="Calls">Tensor links to the servers.</param>
    /// <param name="Role">The coordinator's shell.</param>
    private sealed record Office(
        NodeIdentity Card, SeatRegistry Seats, Dictionary<NodeId, IActorRef> Members, TensorCalls Calls, IActorRef Role);

    private sealed record Opened(CoordinatorJob Job, ClusterShape Shape, ProtocolOptions Protocol);

    private sealed record NobodyKnocked;

    private sealed record NobodyCame;

    private sealed record Ended(JobOutcome Outcome);

    private sealed record Closed(bool HadTheJob);

    private sealed record LinkLost(NodeId Node, string Reason);

    /// <summary>Creates it.</summary>
    /// <param name="session">Opens the job.</param>
    /// <param name="options">How this process takes part.</param>
    /// <param name="files">Where files are given out.</param>
    /// <param name="end">Hears of the job's end.</param>
    /// <param name="fail">Hears of a mistake that ends the run.</param>
    /// <param name="leave">This process is to go.</param>
    public OfficeActor(
        CoordinatorSession session,
        ClusterNodeOptions options,
        FileCounter files,
        Action<NodeEnd> end,
        Action<Exception> fail,
        CancellationToken leave)
    {
        (_session, _options, _files, _leave, _end, _fail) = (session, options, files, leave, end, fail);
        IActorRef self = Self;
        _peers = new PeerTable(NodeRole.Coordinator, self, (node, reason) => self.Tell(new LinkLost(node, reason)));
    }

    /// <summary>Set by Akka.NET before the first message.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        _fail(exception);
        return Directive.Stop;
    });

    protected override void PreStart()
    {
        ClusterWatch.Subscribe(Context.System, Self);
        Timers.StartPeriodicTimer("lonely", new NobodyKnocked(), LonelyTimeout, LonelyTimeout);
    }

    private void OpenTheJob()
    {
        IActorRef self = Self;
        _running = Task.Run(() => _session(
            (job, shape, protocol) =>
            {
                self.Tell(new Opened(job, shape, protocol));
                return _outcome.Task;
            },
            _closing.Token));
        _ = _running.PipeTo(Self, success: had => new Closed(had));
    }

    protected override void PostStop()
    {
        ClusterWatch.Unsubscribe(Context.System, Self);
        _files.Close();
        _office?.Calls.Dispose();
        _ = _peers.DisposeAsync().AsTask();

        // The next coordinator begins when this actor is gone, and must find the job closed.
        _closing.Cancel();
        _outcome.TrySetCanceled();
        Task.WhenAny(_running ?? Task.CompletedTask, Task.Delay(ClosingTimeout)).Wait();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NobodyKnocked: OnNobodyKnocked(); break;
            case Opened opened: OnOpened(opened.Job, opened.Shape, opened.Protocol); break;
            case Status.Failure failure: _fail(failure.Cause); break;
            case Closed closed: OnClosed(closed.HadTheJob); break;
            case Knock knock: OnKnock(knock); break;
            case ControlEnvelope envelope: OnEnvelope(envelope); break;
            case StopRequested when _running is null:
                Timers.StartSingleTimer("leave", new NobodyCame(), ArrivalTimeout);
                break;
            case StopRequested: _office?.Role.Tell(message); break;
            case NobodyCame when _running is null: _end(new NodeEnd(NodeEndKind.Left, "no node has come")); break;
            case NobodyCame: break;
            case LinkLost lost: OnLost(lost.Node, lost.Reason); break;
            case Ended ended: _outcome.TrySetResult(ended.Outcome); break;
            case RoleStopped: break;
            default:
                if (ClusterWatch.Lost(message) is { } gone)
                    OnGone(gone.Address, gone.Reason);
                else if (!ClusterWatch.IsNoise(message))
                    Unhandled(message);
                break;
        }
    }

    private void OnOpened(CoordinatorJob job, ClusterShape shape, ProtocolOptions protocol)
    {
        IActorRef self = Self;
        var card = new NodeIdentity(
            job.Description.RunId, job.PlanHash, job.DataHash, NodeId.Coordinator, _instance, 0, _files.Address);
        _files.Open(job.OpenFile);
        var calls = new TensorCalls(
            () => card, job.Codec, _peers, _options.Connections, _options.Tensors, _options.Notice);
        var host = new RoleHost(_peers, job.Executors, job.Events, outcome => self.Tell(new Ended(outcome)));
        IActorRef role = Context.ActorOf(
            Props.Create(() => new CoordinatorActor(host, job.Description, job.Policy, shape, protocol)),
            "coordinator");
        ConnectionOptions connections = _options.Connections;
        var seats = new SeatRegistry(shape, connections.HandshakeTimeout, connections.Clock);
        _office = new Office(card, seats, [], calls, role);
        role.Tell(new Started());

        // It may have been asked to go before there was anything to stop.
        if (_leave.IsCancellationRequested)
            role.Tell(new StopRequested());
    }

    private void OnKnock(Knock knock)
    {
        if (_running is null)
            OpenTheJob();
        if (_office is null)
            return; // it knocks again
        GreetingReply reply;
        try
        {
            Greeting caller = HandshakeCodec.DecodeGreeting(new ReadOnlySequence<byte>(knock.Bytes));
            reply = caller.Channel == WireChannel.Files
                ? new GreetingAccepted(_office.Card.Greet(WireChannel.Files, call: 0), caller.Node, 0)
                : Admit(_office, caller);
        }
        catch (WireException e)
        {
            _options.Notice($"a greeting of {Sender.Path.Address}: {e.Message}");
            if (e.Error != WireError.OtherVersion)
                return;
            reply = new GreetingRefused(RefusalReason.ProtocolVersion, e.Message);
        }

        Sender.Tell(new KnockAnswer(HandshakeCodec.Encode(reply)));

        // Not before it: a worker calls the servers as whoever it has become by the answer.
        if (reply is GreetingAccepted { Greeting.Channel: WireChannel.Control, Seat.Role: NodeRole.Worker })
            TellRoster(_office, [Sender]);
    }

    private void OnNobodyKnocked()
    {
        Cluster cluster = Cluster.Get(Context.System);
        bool isAnotherSeedElsewhere = cluster.Settings.SeedNodes.Any(
            seed => cluster.State.Members.All(member => member.Address != seed));
        if (_running is null && isAnotherSeedElsewhere)
            _end(new NodeEnd(NodeEndKind.Downed, "nobody is here: the cluster may be elsewhere"));
    }

    private GreetingReply Admit(Office office, Greeting caller)
    {
        if (office.Card.Differs(caller) is { } differs)
            return differs;
        (NodeId seat, int incarnation, GreetingRefused? refusal) = office.Seats.Admit(caller, Sender.Path.Address.Host);
        if (refusal is not null)
            return refusal;

        // A knock is all there is to a call here.
        _lost.Remove(seat);
        office.Seats.Sit(seat, caller.Instance, caller.Call);
        bool isNew = !Sender.Equals(office.Members.GetValueOrDefault(seat));
        office.Members[seat] = Sender;
        _peers.Introduce(seat, Sender);
        if (seat.Role == NodeRole.Server)
        {
            foreach (RosterEntry entry in office.Seats.Roster())
                office.Calls.Keep(entry);
            if (isNew)
                TellRoster(office, office.Members.Where(member => member.Key.Role == NodeRole.Worker).Select(member => member.Value));
        }

        return new GreetingAccepted(office.Card.Greet(WireChannel.Control, call: 0), seat, incarnation);
    }

    private static void TellRoster(Office office, IEnumerable<IActorRef> workers)
    {
        RosterChanged roster = RosterChanged.Of(
        [
            .. office.Seats.Roster().Select(server => (server, office.Members[server.Node].Path.ToSerializationFormat())),
        ]);
        foreach (IActorRef worker in workers)
            worker.Tell(roster);
    }

    private void OnEnvelope(ControlEnvelope envelope)
    {
        if (_office is not { } office)
            return;
        try
        {
            _peers.Receive(envelope, (from, message) => office.Role.Tell(new MessageReceived(from, message)));
        }
        catch (WireException e)
        {
            _options.Notice($"a message of {Sender.Path.Address}: {e.Message}");
        }
    }

    private void OnGone(Address address, string reason)
    {
        foreach (NodeId node in _peers.PeersAt(address))
        {
            _office?.Seats.Leave(node);
            _office?.Members.Remove(node);
            OnLost(node, reason);
        }
    }

    private void OnLost(NodeId node, string reason)
    {
        // Of a node that is gone all sorts of things are heard, and when the job is over all of them go.
        if (_lost.Add(node) && !_outcome.Task.IsCompleted)
            _options.Notice($"{node} may be gone: {reason}");
        _office?.Role.Tell(new PeerLost(node));
    }

    /// <summary>The job is over and all about it is on disk.</summary>
    private void OnClosed(bool hadTheJob)
    {
        if (!hadTheJob)
        {
            _end(new NodeEnd(NodeEndKind.Downed, "another process has the job, and this one is not in its cluster"));
        }
        else if (_outcome.Task.IsCompletedSuccessfully)
        {
            JobOutcome outcome = _outcome.Task.Result;
            _end(new NodeEnd(NodeEndKind.JobEnded, outcome.Reason ?? outcome.Kind.ToString(), outcome));
        }
        else
        {
            _fail(new InvalidOperationException("the job was closed before it ended"));
        }
    }
}
