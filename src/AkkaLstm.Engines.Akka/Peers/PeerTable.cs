using System.Buffers;
using System.Diagnostics;
using Akka.Actor;
using AkkaLstm.Engines.Akka.Roles;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Nodes;
using AkkaLstm.Wire.Payloads;

namespace AkkaLstm.Engines.Akka.Peers;

/// <summary>
/// The nodes that this one talks to: for each its actor, which takes messages, and where one of the two is a server
/// a tensor link, which takes the values that messages have tickets for. What is sent to a server, or by one, waits for
/// the link for a moment; what cannot be sent is dropped, as the protocol allows. Thread-safe.
/// </summary>
/// <param name="self">The role of this node.</param>
/// <param name="node">The actor of this node: peers answer to it.</param>
/// <param name="lost">Hears of links that are gone, with the reason.</param>
internal sealed class PeerTable(NodeRole self, IActorRef node, Action<NodeId, string> lost) : IPeers, IAsyncDisposable
{
    private const int MaxWaiting = 64;

    /// <summary>A message that waited longer is stale; whoever needs it has asked again.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private static readonly MessageCodec WithoutPayloads = new(new NoTickets());

    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, Peer> _peers = [];

    // Of links that are about to be there: the other end of one may be ready first.
    private readonly Queue<(long Since, NodeId From, LinkId Link, ControlEnvelope Envelope)> _early = [];

    private bool _isClosed;

    private sealed class Peer
    {
        public IActorRef? Actor { get; set; }

        public (LinkId Id, PeerTensors Tensors)? Link { get; set; }

        /// <summary>The last link, whether or not it is still there.</summary>
        public LinkId LastLink { get; set; }

        public Queue<(long Since, NodeId From, Message Message)> Waiting { get; } = [];
    }

    /// <summary>Says where a peer's messages go.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="actor">Its actor.</param>
    /// <param name="caller">Its process, for a peer that calls this node; a link of another one's is of no more use.</param>
    public void Introduce(NodeId peer, IActorRef actor, NodeInstance? caller = null)
    {
        PeerTensors? old = null;
        lock (_gate)
        {
            Peer entry = Find(peer);
            entry.Actor = actor;
            if (caller is not null && entry.Link is { } link && link.Id.Caller != caller)
            {
                old = link.Tensors;
                entry.Link = null;
            }

            Flush(entry, peer);
        }

        if (old is not null)
            _ = old.DisposeAsync().AsTask();
    }

    /// <summary>The actor of a peer; null while it is not known.</summary>
    public IActorRef? ActorOf(NodeId peer)
    {
        lock (_gate)
            return _peers.GetValueOrDefault(peer)?.Actor;
    }

    /// <summary>All peers whose actors run at an address.</summary>
    public IReadOnlyList<NodeId> PeersAt(Address address)
    {
        lock (_gate)
            return [.. _peers.Where(peer => peer.Value.Actor?.Path.Address == address).Select(peer => peer.Key)];
    }

    /// <summary>Takes a tensor link into use; one to the same peer is replaced.</summary>
    public void Attach(NodeId peer, LinkId id, PeerTensors tensors)
    {
        (LinkId Id, PeerTensors Tensors)? old;
        bool isClosed;
        lock (_gate)
        {
            isClosed = _isClosed;
            Peer entry = Find(peer);
            old = entry.Link;
            if (!isClosed)
            {
                entry.Link = (id, tensors);
                entry.LastLink = id;
                Flush(entry, peer);
                TakeEarly(entry, peer);
            }
        }

        if (old is { } replaced)
        {
            _ = replaced.Tensors.DisposeAsync().AsTask();
            lost(peer, "it has called again");
        }

        if (isClosed)
            _ = tensors.DisposeAsync().AsTask();
        else
            _ = WatchAsync(peer, id, tensors);
    }

    /// <inheritdoc/>
    public void Send(NodeId from, NodeId to, Message message)
    {
        lock (_gate)
        {
            Peer peer = Find(to);
            if (CanReach(peer, to))
            {
                Send(peer, from, message);
                return;
            }

            if (peer.Waiting.Count == MaxWaiting)
                peer.Waiting.Dequeue();
            peer.Waiting.Enqueue((Stopwatch.GetTimestamp(), from, message));
        }
    }

    /// <summary>Takes a message. One of a link that is not there yet comes to this node's actor again when it is.</summary>
    /// <param name="envelope">As it came.</param>
    /// <param name="deliver">Gets it, at once or from another thread when its values are there.</param>
    /// <exception cref="WireException">It is not sound, or belongs to a link that is gone.</exception>
    public void Receive(ControlEnvelope envelope, Action<NodeId, Message> deliver)
    {
        (NodeId from, LinkId link, ReadOnlyMemory<byte> body) = envelope.Open();
        if (link == LinkId.None)
        {
            deliver(from, WithoutPayloads.Decode(new ReadOnlySequence<byte>(body)));
            return;
        }

        PeerTensors tensors;
        lock (_gate)
        {
            Peer? peer = _peers.GetValueOrDefault(from);
            if (peer?.Link is { } known && known.Id == link)
            {
                tensors = known.Tensors;
            }
            else if (peer is not null && CanCome(peer, from, link))
            {
                if (_early.Count == MaxWaiting)
                    _early.Dequeue();
                _early.Enqueue((Stopwatch.GetTimestamp(), from, link, envelope));
                return;
            }
            else
            {
                throw new WireException(WireError.Unexpected, $"a message of {from} belongs to a link that is not there");
            }
        }

        tensors.Decode(new ReadOnlySequence<byte>(body), message => deliver(from, message));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        PeerTensors[] links;
        lock (_gate)
        {
            _isClosed = true;
            links = [.. _peers.Values.Where(peer => peer.Link is not null).Select(peer => peer.Link!.Value.Tensors)];
            _peers.Clear();
            _early.Clear();
        }

        await Task.WhenAll(links.Select(link => link.DisposeAsync().AsTask()));
    }

    private bool CanReach(Peer peer, NodeId id) =>
        peer.Actor is not null && (peer.Link is not null || !NodeIdentity.ExchangeTensors(self, id.Role));

    /// <summary>Whether a link that is not there may be in a moment: it is not one of those that were.</summary>
    private bool CanCome(Peer peer, NodeId id, LinkId link) =>
        NodeIdentity.ExchangeTensors(self, id.Role)
        && (link.Caller != peer.LastLink.Caller || link.Call > peer.LastLink.Call);

    private void TakeEarly(Peer peer, NodeId id)
    {
        for (int i = _early.Count; i > 0; i--)
        {
            (long Since, NodeId From, LinkId Link, ControlEnvelope Envelope) next = _early.Dequeue();
            if (next.From == id && next.Link == peer.LastLink)
                node.Tell(next.Envelope, peer.Actor ?? ActorRefs.NoSender);
            else if (Stopwatch.GetElapsedTime(next.Since) < LongestWait)
                _early.Enqueue(next);
        }
    }

    private void Flush(Peer peer, NodeId id)
    {
        if (!CanReach(peer, id))
            return;
        while (peer.Waiting.TryDequeue(out (long Since, NodeId From, Message Message) next))
        {
            if (Stopwatch.GetElapsedTime(next.Since) < LongestWait)
                Send(peer, next.From, next.Message);
        }
    }

    private void Send(Peer peer, NodeId from, Message message)
    {
        try
        {
            byte[]? body = peer.Link is { } link ? link.Tensors.Encode(message) : WithoutPayloads.Encode(message);
            if (body is not null) // else its values are on their way already
                peer.Actor!.Tell(ControlEnvelope.Of(from, peer.Link?.Id ?? LinkId.None, body), node);
        }
        catch (WireException e)
        {
            // Over a limit: a defect or a job beyond what the wire takes, not a matter of this peer.
            throw new InvalidOperationException($"{message.GetType().Name}: {e.Message}", e);
        }
    }

    private Peer Find(NodeId id)
    {
        if (!_peers.TryGetValue(id, out Peer? peer))
            _peers[id] = peer = new Peer();
        return peer;
    }

    private async Task WatchAsync(NodeId peer, LinkId id, PeerTensors tensors)
    {
        // Whatever ended it, a mistake of this program too: it is of no more use.
        Task ended = tensors.Completion;
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (!_peers.TryGetValue(peer, out Peer? entry) || entry.Link?.Id != id)
                return; // closed from here
            entry.Link = null;
        }

        lost(peer, ended.Exception?.InnerException?.Message ?? "the connection was closed");
        await tensors.DisposeAsync();
    }

    /// <summary>Between nodes neither of which is a server no values go to and fro.</summary>
    private sealed class NoTickets : IPayloadTickets
    {
        public PayloadTicket Export(Payload payload, PayloadPlace place) =>
            throw new InvalidOperationException($"no {place.Kind} goes between these nodes");

        public Payload Import(PayloadTicket ticket, PayloadPlace place) =>
            throw new WireException(WireError.Unexpected, $"{place.Kind} came from a node that has none");
    }
}
