using System.Buffers;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using AkkaLstm.Engines.Akka.Peers;
using AkkaLstm.Engines.Akka.Roles;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Files;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>
/// A server's or worker's process: finds the coordinator, makes the job ready, asks for a seat, and is parent of the role's
/// shell. It knocks every second as long as it lives, because the coordinator may be another one by then.
/// </summary>
#pragma warning disable CA1001 // PostStop disposes of what it owns; nobody else could
internal sealed class MemberActor : UntypedActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>Its name, under <c>/user</c>.</summary>
    public const string Name = "node";

    /// <summary>Jobs that the coordinator takes this node to be no part of when it has just made them ready. Once or twice
    /// another coordinator may have come in between; more often the two do not agree.</summary>
    private const int MaxMisfits = 3;

    private static readonly TimeSpan FirstKnockInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan KnockInterval = TimeSpan.FromSeconds(1);

    /// <summary>A start takes a few seconds; a longer wait is told of.</summary>
    private static readonly TimeSpan SilentWait = TimeSpan.FromSeconds(10);

    private readonly NodeRole _role;
    private readonly MemberJobOpener _open;
    private readonly ClusterNodeOptions _options;
    private readonly IActorRef _proxy;
    private readonly Action<NodeEnd> _end;
    private readonly Action<Exception> _fail;
    private readonly PeerTable _peers;
    private readonly CancellationTokenSource _closing = new();
    private readonly TimeSpan _startedAt;

    // Told of, and not heard of since.
    private readonly HashSet<NodeId> _lost = [];

    private bool _hasToldOfWaiting;
    private bool _hasEnded;
    private MemberJob? _job;
    private bool _isOpening;
    private int _misfits;
    private volatile NodeIdentity _card;
    private volatile string _files = "";
    private TimeSpan? _aloneSince;
    private bool _hasSeat;
    private long _knocks;
    private MemberTensors? _tensors;

    // The next ones may need the same port.
    private Task _tensorsClosed = Task.CompletedTask;
    private IActorRef? _shell;

    private sealed record KnockDue;

    private sealed record Opened(MemberJob Job);

    private sealed record OpenFailed(Exception Cause);

    private sealed record LinkLost(NodeId Node, string Reason);

    /// <summary>Creates it.</summary>
    /// <param name="role">Server or worker.</param>
    /// <param name="open">Makes the job ready.</param>
    /// <param name="options">How this process takes part.</param>
    /// <param name="proxy">Leads to the coordinator, whoever it is.</param>
    /// <param name="end">Hears of this node's end.</param>
    /// <param name="fail">Hears of a mistake that ends it.</param>
    public MemberActor(
        NodeRole role,
        MemberJobOpener open,
        ClusterNodeOptions options,
        IActorRef proxy,
        Action<NodeEnd> end,
        Action<Exception> fail)
    {
        (_role, _open, _options, _proxy, _end, _fail) = (role, open, options, proxy, end, fail);
        IActorRef self = Self;
        _peers = new PeerTable(role, self, (node, reason) => self.Tell(new LinkLost(node, reason)));
        _startedAt = Context.System.Scheduler.MonotonicClock;
        _card = new NodeIdentity("", "", "", NodeOf(options.Index ?? 0), NodeInstance.New(), 0, Listen: "");
        _hasSeat = options.Index is not null;
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
        Timers.StartPeriodicTimer("knock", new KnockDue(), TimeSpan.Zero, FirstKnockInterval);
    }

    /// <summary>What it cannot do, as listening where somebody else does, the next one could not do either.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        _fail(reason);
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        ClusterWatch.Unsubscribe(Context.System, Self);
        _closing.Cancel();
        _ = _tensors?.DisposeAsync().AsTask();
        _ = _peers.DisposeAsync().AsTask();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case KnockDue: OnKnockDue(); break;
            case KnockAnswer answer: OnAnswer(answer); break;
            case Opened opened: OnOpened(opened.Job); break;
            case OpenFailed failed: OnOpenFailed(failed.Cause); break;
            case RosterChanged roster: OnRoster(roster); break;
            case ControlEnvelope envelope: OnEnvelope(envelope); break;
            case LeaveRequested when _shell is null: _end(new NodeEnd(NodeEndKind.Left, "it had no role yet")); break;
            case LeaveRequested: _shell.Tell(message); break;
            case LinkLost lost: OnLost(lost.Node, lost.Reason); break;
            case JobOver when _shell is null: _end(new NodeEnd(NodeEndKind.Stopped, "the job is over")); break;
            case JobOver: break; // the role hears it from the coordinator's
            case RoleStopped stopped:
                _hasEnded = true;
                _end(new NodeEnd(
                    stopped.Cause == StopCause.CoordinatorLost ? NodeEndKind.CoordinatorLost : NodeEndKind.Stopped, stopped.Reason));
                break;
            default:
                if (ClusterWatch.Lost(message) is { } gone)
                {
                    foreach (NodeId node in _peers.PeersAt(gone.Address))
                        OnLost(node, gone.Reason);
                }
                else if (!ClusterWatch.IsNoise(message))
                {
                    Unhandled(message);
                }

                break;
        }
    }

    private NodeId NodeOf(int index) => _role == NodeRole.Server ? NodeId.Server(index) : NodeId.Worker(index);

    private void OnKnockDue()
    {
        TimeSpan waited = Context.System.Scheduler.MonotonicClock - _startedAt;
        if (_job is null && !_hasToldOfWaiting && waited > SilentWait)
        {
            _hasToldOfWaiting = true;
            string seeds = string.Join(
                ", ", Cluster.Get(Context.System).Settings.SeedNodes.Select(seed => HostAndPort.At(seed.Host, $":{seed.Port}")));
            _options.Notice($"no coordinator has answered yet; asking for it at {seeds}");
        }

        if (_shell is null && waited > _options.CoordinatorTimeout)
        {
            _end(new NodeEnd(NodeEndKind.CoordinatorLost, $"no coordinator for {_options.CoordinatorTimeout}"));
            return;
        }

        if (HasNobodyToLeadIt())
        {
            _end(new NodeEnd(NodeEndKind.Downed, "the cluster has no coordinator, and none to come"));
            return;
        }

        if (_isOpening)
            return;
        Greeting greeting = _job is null
            ? _card.Greet(WireChannel.Files, call: 0)
            : _card.Greet(WireChannel.Control, ++_knocks, wantsSeat: !_hasSeat);
        _proxy.Tell(new Knock(HandshakeCodec.Encode(greeting)));
    }

    /// <summary>
    /// Candidates that are started anew know each other and nobody else: one that the cluster has lost does not come back to
    /// it, but begins another one.
    /// </summary>
    private bool HasNobodyToLeadIt()
    {
        ImmutableSortedSet<Member> members = Cluster.Get(Context.System).State.Members;
        TimeSpan now = Context.System.Scheduler.MonotonicClock;
        if (members.IsEmpty || members.Any(member => member.HasRole("coordinator")))
            _aloneSince = null;
        else
            _aloneSince ??= now;
        return now - _aloneSince > _options.AloneTimeout;
    }

    private void OnAnswer(KnockAnswer answer)
    {
        try
        {
            switch (HandshakeCodec.DecodeReply(new ReadOnlySequence<byte>(answer.Bytes)))
            {
                case GreetingAccepted { Greeting.Channel: WireChannel.Files } offer: OnOffer(offer.Greeting); break;
                case GreetingAccepted accepted: OnAccepted(accepted); break;
                case GreetingRefused refused: OnRefused(refused); break;
            }
        }
        catch (WireException e)
        {
            _options.Notice($"an answer of {Sender.Path.Address}: {e.Message}");
        }
    }

    private void OnOffer(Greeting coordinator)
    {
        if (_isOpening || _job is not null)
            return;
        _isOpening = true;
        Locate(coordinator);
        Task tensorsClosed = _tensorsClosed;
        _ = Task.Run(async () =>
        {
            await tensorsClosed;
            return await _open(FetchAsync, _closing.Token);
        }).PipeTo(Self, success: job => new Opened(job), failure: exception => new OpenFailed(exception));
    }

    /// <summary>Where the coordinator gives out files; another place after another one took over.</summary>
    private void Locate(Greeting coordinator) => _files = coordinator.Listen.StartsWith(':')
        ? HostAndPort.At(Sender.Path.Address.Host, coordinator.Listen)
        : coordinator.Listen;

    /// <summary>Also called later, when a server restores a checkpoint.</summary>
    private async Task FetchAsync(string name, Stream destination, long maxBytes, CancellationToken stop)
    {
        await using WireConnection connection = await WireDialer.ConnectAsync(
            HostAndPort.Parse(_files), NodeRole.Coordinator, _card.Greet(WireChannel.Files, call: 0), _options.Connections, stop);
        await FileService.FetchAsync(connection.Stream, name, maxBytes, destination, stop);
    }

    private void OnOpened(MemberJob job)
    {
        _isOpening = false;
        _job = job;
        _tensors = new MemberTensors(_role, job.Codec, _options, _peers, () => _hasSeat ? _card : null);
        _card = _card with
        {
            RunId = job.RunId,
            PlanHash = job.PlanHash,
            DataHash = job.DataHash,
            Listen = _tensors.Listen,
        };
        OnKnockDue();
    }

    /// <summary>The coordinator may be gone, or has moved on: asked again at the next knock.</summary>
    private void OnOpenFailed(Exception cause)
    {
        _isOpening = false;
        if (cause is WireException or IOException)
            _options.Notice($"the job cannot be fetched yet: {cause.Message}");
        else if (!_closing.IsCancellationRequested)
            _fail(cause);
    }

    private void OnAccepted(GreetingAccepted accepted)
    {
        if (_job is null)
            return;
        _peers.Introduce(NodeId.Coordinator, Sender, accepted.Greeting.Instance);
        _lost.Remove(NodeId.Coordinator);
        Locate(accepted.Greeting);
        Timers.StartPeriodicTimer("knock", new KnockDue(), KnockInterval, KnockInterval);
        if (_shell is not null)
            return;
        _card = _card with { Node = accepted.Seat, Incarnation = accepted.Incarnation };
        _hasSeat = true;
        _options.Seated(accepted.Seat);
        var host = new RoleHost(_peers, _job.Executors, _options.Events ?? new NoEvents(), static _ => { });
        MemberJob job = _job;
        (int index, int incarnation) = (accepted.Seat.Index, accepted.Incarnation);
        _shell = Context.ActorOf(
            _role == NodeRole.Worker
                ? Props.Create(() => new WorkerActor(host, index, incarnation, job.RunId, job.Protocol))
                : Props.Create(() => new ParameterServerActor(host, index, incarnation, job.RunId, job.Protocol)),
            accepted.Seat.ToString());
        _shell.Tell(new Started());
    }

    private void OnRefused(GreetingRefused refused)
    {
        switch (refused.Why)
        {
            case RefusalReason.Busy:
                _options.Notice($"the coordinator has no seat: {refused.Reason}");
                break;
            case RefusalReason.Run or RefusalReason.Plan or RefusalReason.Data when _shell is null:
                OnMisfit(refused);
                break;
            case RefusalReason.Run or RefusalReason.Plan or RefusalReason.Data:
                _end(new NodeEnd(NodeEndKind.Downed, $"the coordinator has another job ({refused.Reason})"));
                break;
            case RefusalReason.Identity when _shell is null:
                _options.Notice(refused.Reason); // whoever sits there may be dead and not yet missed
                _hasSeat = _options.Index is not null;
                break;
            case RefusalReason.Identity:
                _end(new NodeEnd(NodeEndKind.Downed, $"its seat has gone to another process ({refused.Reason})"));
                break;
            default:
                _end(TurnedAway(refused));
                break;
        }
    }

    /// <summary>The coordinator has another job than the one that this node has made ready: that one goes, with all that
    /// was made for it.</summary>
    private void OnMisfit(GreetingRefused refused)
    {
        if (_job is null)
            return; // heard already, by another knock
        _options.Notice(refused.Reason);
        if (++_misfits >= MaxMisfits)
        {
            _end(TurnedAway(refused));
            return;
        }

        _job = null;
        _card = _card with { RunId = "", PlanHash = "", DataHash = "", Listen = "", Instance = NodeInstance.New() };
        _tensorsClosed = _tensors!.DisposeAsync().AsTask();
        _tensors = null;
    }

    private static NodeEnd TurnedAway(GreetingRefused refused) =>
        new(NodeEndKind.TurnedAway, $"turned away ({refused.Why}): {refused.Reason}");

    private void OnRoster(RosterChanged roster)
    {
        if (_role != NodeRole.Worker || _shell is null)
            return;
        try
        {
            foreach ((RosterEntry entry, string path) in roster.Open())
            {
                _peers.Introduce(entry.Node, ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(path));
                _tensors!.Keep(entry);
            }
        }
        catch (WireException e)
        {
            _options.Notice($"a roster of {Sender.Path.Address}: {e.Message}");
        }
    }

    private void OnEnvelope(ControlEnvelope envelope)
    {
        if (_shell is not { } shell)
            return; // one to somebody who sat here before
        try
        {
            // Workers call a server, which answers to whoever they are.
            (NodeId sender, _, _) = envelope.Open();
            if (_role == NodeRole.Server && sender.Role == NodeRole.Worker)
                _peers.Introduce(sender, Sender);
            _lost.Remove(sender);
            _peers.Receive(envelope, (from, message) => shell.Tell(new MessageReceived(from, message)));
        }
        catch (WireException e)
        {
            _options.Notice($"a message of {Sender.Path.Address}: {e.Message}");
        }
    }

    private void OnLost(NodeId node, string reason)
    {
        // Of a node that is gone all sorts of things are heard, and when this one ends all of them go.
        if (_lost.Add(node) && !_hasEnded)
            _options.Notice($"{node} may be gone: {reason}");
        if (node == NodeId.Coordinator)
            Timers.StartPeriodicTimer("knock", new KnockDue(), FirstKnockInterval, FirstKnockInterval); // for the next one
        _shell?.Tell(new PeerLost(node));
    }
}
