using System.Diagnostics;
using System.Net;
using AkkaLstm.Engines.Sockets.Hosting;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;
using AkkaLstm.Wire.Payloads;

namespace AkkaLstm.Engines.Sockets.Members;

/// <summary>
/// One incarnation of a server or worker: its identity, its links, its role. It lasts over lost connections, and ends
/// with the role or when the coordinator turns it away.
/// </summary>
internal sealed class MemberSession : IAsyncDisposable
{
    /// <summary>How long a fresh worker waits for the servers that it has been told of before it says it is ready.</summary>
    private static readonly TimeSpan ServersTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Callers of a server whose last call is remembered; the oldest is forgotten first.</summary>
    private const int MaxCallers = 4096;

    private readonly MemberJob _job;
    private readonly MemberOptions _options;
    private readonly LinkTable _links;
    private readonly LinkAssembler? _calls;
    private readonly WireListener? _listener;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, (RosterEntry Entry, CancellationTokenSource Stop)> _called = [];
    private readonly Dictionary<NodeInstance, long> _lastCalls = [];
    private readonly Queue<NodeInstance> _callers = [];
    private readonly List<Task> _keeping = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _rosterIsKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<WireException> _turnedAway = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Written by the task that keeps the coordinator, read by those that receive.
    private volatile NodeIdentity _self;
    private volatile RoleHost? _host;
    private bool _hasSeat;
    private long _lastCall;
    private string _lastTrouble = "nobody answers";

    /// <summary>Begins to listen, if it is a server.</summary>
    /// <param name="job">The job.</param>
    /// <param name="options">Role and addresses.</param>
    /// <param name="seat">The address to ask for; null takes any.</param>
    public MemberSession(MemberJob job, MemberOptions options, (int Index, int Incarnation)? seat)
    {
        (_job, _options) = (job, options);
        _links = new LinkTable(OnLost);
        _links.Expect(NodeId.Coordinator);
        if (options.Role == NodeRole.Server)
        {
            ConnectionOptions connections = options.Links.Connections;
            _calls = new LinkAssembler(NodeRole.Server, connections.HandshakeTimeout, connections.Clock, OnCall);
            _listener = WireListener.Start(
                options.Listen,
                options.Links.Connections,
                Answer,
                _calls.Take,
                (from, reason) => options.Notice($"turned {from} away: {reason}"));
        }

        _hasSeat = seat is not null;
        _self = new NodeIdentity(
            job.RunId,
            job.PlanHash,
            job.DataHash,
            NodeOf(options.Role, seat?.Index ?? 0),
            NodeInstance.New(),
            seat?.Incarnation ?? 0,
            ListenText());
    }

    /// <summary>Whether the coordinator has taken it and its role runs.</summary>
    public bool HasBegun => _host is not null;

    /// <summary>The address that it has, and what its next incarnation is to be.</summary>
    public (int Index, int Incarnation) NextSeat => (_self.Node.Index, _self.Incarnation + 1);

    /// <summary>Takes part.</summary>
    /// <param name="leave">Asks to be let go.</param>
    /// <param name="stop">Stops at once.</param>
    /// <returns>How the role ended, or why the coordinator does not take this node.</returns>
    /// <exception cref="TimeoutException">No coordinator was found in time.</exception>
    public async Task<(RoleEnd? End, WireException? Refusal)> RunAsync(CancellationToken leave, CancellationToken stop)
    {
        await using CancellationTokenRegistration closing = stop.Register(_closing.Cancel);
        Task coordinator = Keep(NodeId.Coordinator, _options.Coordinator, Start, _closing.Token);
        using (var given = CancellationTokenSource.CreateLinkedTokenSource(leave, stop))
            await FirstOf(_started.Task, _turnedAway.Task, coordinator, given.Token);
        if (_turnedAway.Task.IsCompleted)
            return (null, await _turnedAway.Task);
        await using CancellationTokenRegistration leaving = leave.Register(() => _host!.Post(new LeaveRequested()));
        Task<RoleEnd> end = _host!.End;
        Task over = await Task.WhenAny(end, _turnedAway.Task, coordinator).WaitAsync(stop);
        if (over == coordinator)
            await coordinator; // it ends by itself only with a defect
        return over == end ? (await end, null) : (null, await _turnedAway.Task);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        if (_listener is not null)
            await _listener.DisposeAsync();
        if (_calls is not null)
            await _calls.DisposeAsync();
        Task[] keeping;
        lock (_gate)
            keeping = [.. _keeping];

        // Before the links and the host, which they make.
        await Task.WhenAll(keeping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _links.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        foreach ((_, CancellationTokenSource stop) in _called.Values)
            stop.Dispose();
        _closing.Dispose();
    }

    private static NodeId NodeOf(NodeRole role, int index) =>
        role == NodeRole.Server ? NodeId.Server(index) : NodeId.Worker(index);

    private string ListenText()
    {
        if (_listener is null)
            return "";
        return _options.Advertise ?? $":{_listener.Endpoint.Port}";
    }

    private async Task FirstOf(Task started, Task turnedAway, Task coordinator, CancellationToken stop)
    {
        try
        {
            Task first = await Task.WhenAny(started, turnedAway, coordinator).WaitAsync(_options.CoordinatorTimeout, stop);
            if (first == coordinator)
                await coordinator;
        }
        catch (TimeoutException e)
        {
            string address = HostAndPort.Text(_options.Coordinator);
            throw new TimeoutException(
                $"no coordinator at {address} has taken this node for {_options.CoordinatorTimeout}: {_lastTrouble}", e);
        }
    }

    private Task Keep(NodeId peer, EndPoint address, Func<LinkCall, Task> connected, CancellationToken stop)
    {
        Task keeping = Task.Run(() => KeepAsync(peer, address, connected, stop), CancellationToken.None);
        lock (_gate)
        {
            _keeping.RemoveAll(task => task.IsCompleted);
            _keeping.Add(keeping);
        }

        return keeping;
    }

    /// <summary>Calls a node again and again, as long as it is wanted.</summary>
    private async Task KeepAsync(NodeId peer, EndPoint address, Func<LinkCall, Task> connected, CancellationToken stop)
    {
        var delay = _options.Links.Retries();
        string lastTrouble = "";
        while (!stop.IsCancellationRequested)
        {
            try
            {
                LinkCall call = await LinkCaller.CallAsync(
                    _self, address, peer.Role, Interlocked.Increment(ref _lastCall), !_hasSeat, _options.Links, stop);
                await connected(call);
                delay.Reset();
                lastTrouble = "";
                if (_links.Find(peer) is { } link)
                    await link.Ending.WaitAsync(stop);
            }
            catch (WireException e)
            {
                if (e.Message != lastTrouble)
                    _options.Notice($"{peer}: {e.Message}");
                lastTrouble = e.Message;
                if (peer == NodeId.Coordinator)
                    _lastTrouble = e.Message;
                if (peer == NodeId.Coordinator && (e.IsFinal || e.Refusal is { } why and not RefusalReason.Busy))
                    _turnedAway.TrySetResult(e);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (peer != NodeId.Coordinator)
            {
                // A worker that gave up a server would have a seat and could do nothing with it. A mistake in the call of
                // the coordinator ends the session.
                if (e.Message != lastTrouble)
                {
                    _options.Notice($"{peer}: {e.Message}");
                    _options.Links.Tensors.Defect(e);
                }

                lastTrouble = e.Message;
            }

            await delay.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The coordinator has taken this node: the first time the role begins.</summary>
    private async Task Start(LinkCall call)
    {
        if (!_hasSeat || _host is null)
        {
            _self = _self with { Node = call.Control!.Acceptance.Seat, Incarnation = call.Control!.Acceptance.Incarnation };
            _hasSeat = true;
            _options.Seated(_self.Node);
        }

        Connect(NodeId.Coordinator, call);
        if (_host is not null)
            return;
        if (_options.Role == NodeRole.Worker)
            await ServersAsync();
        NodeId node = _self.Node;
        int incarnation = _self.Incarnation;
        long startTimestamp = Stopwatch.GetTimestamp();
        IRole role = _options.Role == NodeRole.Worker
            ? new Worker(_job.RunId, incarnation, _job.Protocol)
            : new ParameterServer(_job.RunId, incarnation, _job.Protocol);
        _host = new RoleHost(
            node.ToString(),
            role,
            () => _job.Executors.Create(node, incarnation),
            send => _links.Send(send.To, send.Message),
            what => _options.Events?.Record(Stopwatch.GetElapsedTime(startTimestamp), node, what));
        _started.TrySetResult();
    }

    /// <summary>Links to the servers that are there already, so that the first step need not ask twice.</summary>
    private async Task ServersAsync()
    {
        long deadline = Stopwatch.GetTimestamp() + (long)(ServersTimeout.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAny(_rosterIsKnown.Task, Task.Delay(ServersTimeout));
        while (Stopwatch.GetTimestamp() < deadline && !_closing.IsCancellationRequested)
        {
            NodeId[] called;
            lock (_gate)
                called = [.. _called.Keys];
            if (Array.TrueForAll(called, server => _links.Find(server) is not null))
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }

    private void Connect(NodeId peer, LinkCall call)
    {
        PeerTensors? tensors = call.Incoming is null
            ? null
            : PeerTensors.Between(_job.Codec, call.Outgoing!, call.Incoming, _options.Links.Tensors);
        _links.Add(new Link(
            peer,
            call.Control!.Peer.Instance,
            call.Control!.Stream,
            tensors,
            _options.Links,
            OnMessage,
            roster => OnRoster(peer, roster)));
    }

    private void OnMessage(Link from, Message message)
    {
        // A message before the role begins is one to an earlier incarnation; the coordinator will say it again.
        _host?.Deliver(from.Peer, message);
    }

    private void OnRoster(NodeId from, IReadOnlyList<RosterEntry> roster)
    {
        if (from != NodeId.Coordinator || _options.Role != NodeRole.Worker || roster.Any(entry => entry.Node.Role != NodeRole.Server))
            throw new WireException(WireError.Unexpected, $"{from} sent a roster that is none of its business");
        lock (_gate)
        {
            foreach (RosterEntry entry in roster)
                Call(entry);
        }

        _rosterIsKnown.TrySetResult();
    }

    /// <summary>Calls a server of the roster from now on, at its latest address. Under the lock.</summary>
    private void Call(RosterEntry entry)
    {
        if (!HostAndPort.TryParse(entry.Address, out EndPoint? address))
            throw new WireException(WireError.OutOfRange, $"{entry.Node} is said to be at {entry.Address}, which is no address");
        if (_called.TryGetValue(entry.Node, out (RosterEntry Entry, CancellationTokenSource Stop) known))
        {
            if (known.Entry == entry)
                return;
            known.Stop.Cancel();
            known.Stop.Dispose();
        }

        if (_closing.IsCancellationRequested)
            return;
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        _called[entry.Node] = (entry, stop);
        _links.Expect(entry.Node);
        _ = Keep(entry.Node, address, call => CallServer(entry, call), stop.Token);
    }

    private async Task CallServer(RosterEntry server, LinkCall call)
    {
        // Another process may listen there by now, and it would be given what is another one's.
        if (call.Control!.Peer.Instance == server.Instance)
        {
            Connect(server.Node, call);
            return;
        }

        await call.CloseAsync();
        throw new WireException(WireError.Unexpected, $"at {server.Address} is another process than {server.Node}");
    }

    private GreetingReply Answer(Greeting caller, IPAddress from)
    {
        if (caller.Node.Role != NodeRole.Worker || caller.WantsSeat || caller.Channel == WireChannel.Files)
            return new GreetingRefused(RefusalReason.Identity, "only workers that have their address call a server");
        if (_self.Differs(caller) is { } refusal)
            return refusal;
        lock (_gate)
        {
            long last = _lastCalls.GetValueOrDefault(caller.Instance);
            if (caller.Channel != WireChannel.Control && caller.Call != last)
                return new GreetingRefused(RefusalReason.Identity, "no call waits for this connection");
            if (caller.Channel == WireChannel.Control && caller.Call <= last)
                return new GreetingRefused(RefusalReason.Identity, "the call has been made before");
            if (_lastCalls.TryAdd(caller.Instance, caller.Call))
                _callers.Enqueue(caller.Instance);
            _lastCalls[caller.Instance] = caller.Call;
            if (_callers.Count > MaxCallers)
                _lastCalls.Remove(_callers.Dequeue());
        }

        return new GreetingAccepted(_self.Greet(WireChannel.Control, call: 0), caller.Node, caller.Incarnation);
    }

    private void OnCall(LinkCall call) => Connect(call.Control!.Acceptance.Seat, call);

    private void OnLost(NodeId peer, string reason)
    {
        if (_closing.IsCancellationRequested)
            return;
        _options.Notice($"lost {peer}: {reason}");
        _host?.Post(new PeerLost(peer));
    }
}
