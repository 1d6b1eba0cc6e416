using System.Diagnostics;
using System.Net;
using AkkaLstm.Engines.Sockets.Hosting;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Files;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;
using AkkaLstm.Wire.Payloads;

namespace AkkaLstm.Engines.Sockets.Coordination;

/// <summary>
/// The coordinator's process: takes nodes in, hosts the role, and gives job, data and checkpoints out as files.
/// </summary>
internal sealed class SocketsCoordinator : IAsyncDisposable
{
    private readonly CoordinatorJob _job;
    private readonly SocketsOptions _options;
    private readonly NodeIdentity _self;
    private readonly SeatRegistry _seats;
    private readonly LinkTable _links;
    private readonly LinkAssembler _calls;
    private readonly FileDesk _files;
    private readonly RoleHost _host;
    private readonly Lock _callLock = new();
    private readonly Lock _eventLock = new();
    private readonly long _startTimestamp = Stopwatch.GetTimestamp();
    private WireListener? _listener;

    /// <summary>Starts the role; nobody can call yet.</summary>
    public SocketsCoordinator(CoordinatorJob job, SocketsOptions options)
    {
        (_job, _options) = (job, options);
        _self = new NodeIdentity(
            job.Description.RunId, job.PlanHash, job.DataHash, NodeId.Coordinator, NodeInstance.New(), 0, Listen: "");
        ConnectionOptions connections = options.Links.Connections;
        _seats = new SeatRegistry(options.Shape, 2 * connections.HandshakeTimeout, connections.Clock);
        _links = new LinkTable(OnLost);
        _calls = new LinkAssembler(NodeRole.Coordinator, connections.HandshakeTimeout, connections.Clock, OnCall);
        _files = new FileDesk(job.OpenFile, options.Notice);
        _host = new RoleHost(
            "coordinator",
            new Coordinator(job.Description, job.Policy, options.Shape, options.Protocol),
            () => job.Executors.Create(NodeId.Coordinator, incarnation: 0),
            send => _links.Send(send.To, send.Message),
            what =>
            {
                lock (_eventLock)
                    job.Events.Record(Stopwatch.GetElapsedTime(_startTimestamp), NodeId.Coordinator, what);
            });
    }

    /// <summary>Takes callers until the job is over.</summary>
    /// <exception cref="ListenException">It cannot listen at the address.</exception>
    public async Task<JobOutcome> RunAsync(CancellationToken stop)
    {
        _listener = WireListener.Start(
            _options.Listen,
            _options.Links.Connections,
            Answer,
            Take,
            (from, reason) => _options.Notice($"turned {from} away: {reason}"));
        _options.Listening(_listener.Endpoint);
        await using CancellationTokenRegistration _ = stop.Register(() => _host.Post(new StopRequested()));
        RoleEnd end = await _host.End;
        JobOutcome outcome = ((JobOver)end).Outcome;
        await SayFarewellAsync(outcome);
        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
            await _listener.DisposeAsync();
        await _files.DisposeAsync();
        await _calls.DisposeAsync();
        await _links.DisposeAsync();
        await _host.DisposeAsync();
    }

    /// <summary>Everybody has been told; nodes hang up when they have heard it.</summary>
    private async Task SayFarewellAsync(JobOutcome outcome)
    {
        if (outcome.Kind == JobOutcomeKind.Superseded)
            return; // the nodes belong to another coordinator
        await Task.WhenAny(
            Task.WhenAll(_links.Links.Select(link => (Task)link.Ending)), Task.Delay(_options.FarewellTimeout));
    }

    private GreetingReply Answer(Greeting caller, IPAddress from)
    {
        GreetingAccepted? accepted = null;
        GreetingRefused? refusal = null;
        switch (caller.Channel)
        {
            case WireChannel.Files when _files.HasRoom:
                accepted = Accept(caller.Node, 0);
                break;
            case WireChannel.Files:
                refusal = new(RefusalReason.Busy, $"{FileDesk.MaxCallers} callers are being given files");
                break;
            case WireChannel.Control:
                refusal = _self.Differs(caller);
                if (refusal is null)
                {
                    (NodeId seat, int incarnation, refusal) = _seats.Admit(caller, from.ToString());
                    accepted = Accept(seat, incarnation);
                }

                break;
            default:
                if (_seats.IsOfLastCall(caller))
                    accepted = Accept(caller.Node, caller.Incarnation);
                else
                    refusal = new(RefusalReason.Identity, "no call waits for this connection");
                break;
        }

        return refusal is null ? accepted! : refusal;
    }

    private GreetingAccepted Accept(NodeId seat, int incarnation) =>
        new(_self.Greet(WireChannel.Control, call: 0), seat, incarnation);

    private void Take(WireConnection connection)
    {
        if (connection.Peer.Channel == WireChannel.Files)
            _files.Take(connection);
        else
            _calls.Take(connection);
    }

    private void OnCall(LinkCall call)
    {
        NodeId peer = call.Control!.Acceptance.Seat;
        lock (_callLock)
        {
            // Two calls of a process may be complete at once; the later one must be the one that stays.
            if (_seats.Sit(peer, call.Control.Peer.Instance, call.Control.Peer.Call))
            {
                Connect(peer, call);
                return;
            }
        }

        _ = call.CloseAsync().AsTask();
    }

    private void Connect(NodeId peer, LinkCall call)
    {
        PeerTensors? tensors = call.Incoming is null
            ? null
            : PeerTensors.Between(_job.Codec, call.Outgoing!, call.Incoming, _options.Links.Tensors);
        var link = new Link(
            peer,
            call.Control!.Peer.Instance,
            call.Control!.Stream,
            tensors,
            _options.Links,
            (from, message) => _host.Deliver(from.Peer, message),
            _ => throw new WireException(WireError.Unexpected, $"{peer} sent a roster"));
        _links.Add(link);
        _ = LeaveAsync(link, call.Control!.Peer.Call);
        if (peer.Role == NodeRole.Server)
            TellRoster();
        else
            link.Send(_seats.Roster());
    }

    private async Task LeaveAsync(Link link, long call)
    {
        await link.Ending;
        lock (_callLock) // a roster is told before the next one is made: an older one must not come later
        {
            if (_seats.Leave(link.Peer, link.Instance, call) && link.Peer.Role == NodeRole.Server)
                TellRoster();
        }
    }

    private void TellRoster()
    {
        IReadOnlyList<RosterEntry> roster = _seats.Roster();
        foreach (Link link in _links.Links.Where(link => link.Peer.Role == NodeRole.Worker))
            link.Send(roster);
    }

    private void OnLost(NodeId peer, string reason)
    {
        _options.Notice($"{peer} is gone: {reason}");
        _host.Post(new PeerLost(peer));
    }
}
