using System.Net;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;
using AkkaLstm.Wire.Payloads;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Engines.Akka.Peers;

/// <summary>
/// Where a server takes tensor links: the two connections of a call, in whichever order they come. A call that is not
/// complete in time is closed, and so is one whose process has made a later one meanwhile.
/// </summary>
internal sealed class TensorDoor : IAsyncDisposable
{
    private readonly Func<NodeIdentity?> _self;
    private readonly PeerTable _peers;
    private readonly IPayloadCodec _codec;
    private readonly ConnectionOptions _connections;
    private readonly TensorChannelOptions _tensors;
    private readonly WireListener _listener;
    private readonly Lock _gate = new();
    private readonly CallBook _calls = new();

    // One call of a process at a time, so that a process cannot leave any number of them here.
    private readonly Dictionary<NodeInstance, WireConnection> _halves = [];

    /// <summary>Begins to listen.</summary>
    /// <param name="listen">Where; port 0 for one that is free.</param>
    /// <param name="self">What this node says of itself; null while it has no seat.</param>
    /// <param name="codec">Takes payloads apart and puts them together.</param>
    /// <param name="peers">Takes the links.</param>
    /// <param name="connections">Certificate and handshake.</param>
    /// <param name="tensors">Sizes and deadlines.</param>
    /// <param name="notice">Hears of callers that were turned away.</param>
    public TensorDoor(
        IPEndPoint listen,
        Func<NodeIdentity?> self,
        IPayloadCodec codec,
        PeerTable peers,
        ConnectionOptions connections,
        TensorChannelOptions tensors,
        Action<string> notice)
    {
        (_self, _codec, _peers, _connections, _tensors) = (self, codec, peers, connections, tensors);
        _listener = WireListener.Start(
            listen, connections, Answer, Take, (from, reason) => notice($"turned {from} away: {reason}"));
    }

    /// <summary>The port it listens on.</summary>
    public int Port => _listener.Endpoint.Port;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        WireConnection[] halves;
        lock (_gate)
        {
            halves = [.. _halves.Values];
            _halves.Clear();
        }

        foreach (WireConnection half in halves)
            await half.DisposeAsync();
    }

    private GreetingReply Answer(Greeting caller, IPAddress from)
    {
        if (_self() is not { } self)
            return new GreetingRefused(RefusalReason.Busy, "this server has no seat yet");
        if (self.Differs(caller) is { } refusal)
            return refusal;
        if (caller.Node.Role == NodeRole.Server || caller.Channel is not (WireChannel.Tensors or WireChannel.TensorsBack))
            return new GreetingRefused(RefusalReason.Identity, "only workers and coordinators call a server, for values");
        lock (_gate)
        {
            if (!_calls.TryAdd(caller))
                return new GreetingRefused(RefusalReason.Identity, "the call has been made before");
        }

        return new GreetingAccepted(self.Greet(caller.Channel, call: 0), caller.Node, caller.Incarnation);
    }

    private void Take(WireConnection connection)
    {
        var id = new LinkId(connection.Peer.Instance, connection.Peer.Call);
        WireConnection? other;
        bool isWhole;
        lock (_gate)
        {
            _halves.Remove(id.Caller, out other);
            isWhole = other?.Peer.Call == id.Call && other.Peer.Channel != connection.Peer.Channel;
            if (!isWhole)
            {
                // The later call counts, whichever of its connections has come sooner.
                if (other?.Peer.Call > id.Call)
                    (other, connection) = (connection, other);
                _halves.Add(id.Caller, connection);
            }
        }

        if (!isWhole)
        {
            _ = other?.DisposeAsync().AsTask();
            _ = ExpireAsync(connection);
            return;
        }

        // "Tensors" bring the caller's values, "TensorsBack" take ours to it.
        bool isIncoming = connection.Peer.Channel == WireChannel.Tensors;
        WireConnection incoming = isIncoming ? connection : other!;
        WireConnection outgoing = isIncoming ? other! : connection;
        _peers.Attach(
            connection.Peer.Node, id, PeerTensors.Between(_codec, outgoing, incoming, _tensors));
    }

    private async Task ExpireAsync(WireConnection connection)
    {
        await Task.Delay(_connections.HandshakeTimeout);
        bool isWaiting;
        lock (_gate)
        {
            NodeInstance caller = connection.Peer.Instance;
            isWaiting = _halves.TryGetValue(caller, out WireConnection? waiting)
                && ReferenceEquals(waiting, connection)
                && _halves.Remove(caller);
        }

        if (isWaiting)
            await connection.DisposeAsync();
    }
}
