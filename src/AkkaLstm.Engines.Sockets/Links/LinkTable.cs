using System.Diagnostics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire;

namespace AkkaLstm.Engines.Sockets.Links;

/// <summary>
/// This node's links by peer. What is sent to a peer that is being called waits for the link for a moment; what is
/// sent to any other is dropped, as the protocol allows.
/// </summary>
/// <param name="lost">Hears of links that are gone, with the reason.</param>
internal sealed class LinkTable(Action<NodeId, string> lost) : IAsyncDisposable
{
    private const int MaxWaiting = 64;

    /// <summary>A message that waited longer is stale; whoever needs it has asked again.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, Link> _links = [];
    private readonly Dictionary<NodeId, Queue<(long Since, Message Message)>> _waiting = [];
    private bool _isClosed;

    /// <summary>The links there are.</summary>
    public IReadOnlyList<Link> Links
    {
        get
        {
            lock (_gate)
                return [.. _links.Values];
        }
    }

    /// <summary>The link to a peer; null where there is none.</summary>
    public Link? Find(NodeId peer)
    {
        lock (_gate)
            return _links.GetValueOrDefault(peer);
    }

    /// <summary>Keeps messages to a peer from now on until the link to it is there.</summary>
    public void Expect(NodeId peer)
    {
        lock (_gate)
            _waiting.TryAdd(peer, []);
    }

    /// <summary>
    /// Takes a link into use and starts it; one to the same peer is replaced. The loss of that one is told before
    /// anything can come from the new one.
    /// </summary>
    public void Add(Link link)
    {
        Link? old = null;
        bool isClosed;
        lock (_gate)
        {
            isClosed = _isClosed;
            if (!isClosed)
            {
                _links.Remove(link.Peer, out old);
                _links[link.Peer] = link;
                Flush(link);
            }
        }

        if (isClosed)
        {
            _ = link.DisposeAsync().AsTask();
            return;
        }

        if (old is not null)
        {
            _ = old.DisposeAsync().AsTask();
            lost(link.Peer, "it has called again");
        }

        link.Start();
        _ = WatchAsync(link);
    }

    /// <summary>Sends a message, without waiting.</summary>
    public void Send(NodeId to, Message message)
    {
        lock (_gate)
        {
            if (_links.TryGetValue(to, out Link? link))
            {
                Send(link, message);
            }
            else if (_waiting.TryGetValue(to, out Queue<(long, Message)>? waiting))
            {
                if (waiting.Count == MaxWaiting)
                    waiting.Dequeue();
                waiting.Enqueue((Stopwatch.GetTimestamp(), message));
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Link[] links;
        lock (_gate)
        {
            _isClosed = true;
            links = [.. _links.Values];
            _links.Clear();
        }

        await Task.WhenAll(links.Select(link => link.DisposeAsync().AsTask()));
    }

    private void Flush(Link link)
    {
        if (!_waiting.TryGetValue(link.Peer, out Queue<(long Since, Message Message)>? waiting))
            return;
        while (waiting.TryDequeue(out (long Since, Message Message) next))
        {
            if (Stopwatch.GetElapsedTime(next.Since) < LongestWait)
                Send(link, next.Message);
        }
    }

    private static void Send(Link link, Message message)
    {
        try
        {
            link.Send(message);
        }
        catch (WireException e)
        {
            // Over a limit: a defect or a job beyond what the wire takes, not a matter of this link.
            throw new InvalidOperationException($"{message.GetType().Name} to {link.Peer}: {e.Message}", e);
        }
    }

    private async Task WatchAsync(Link link)
    {
        string reason = await link.Ending;
        bool isCurrent;
        lock (_gate)
        {
            isCurrent = _links.TryGetValue(link.Peer, out Link? current) && current == link;
            if (isCurrent)
                _links.Remove(link.Peer);
        }

        if (isCurrent)
            lost(link.Peer, reason);
    }
}
