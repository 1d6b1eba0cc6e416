using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Sockets.Links;

/// <summary>
/// Puts the connections of a call together: one for control, and where values go between the two one for each
/// direction. They come in any order; a call that is not complete in time is closed.
/// </summary>
/// <param name="self">The role of this node.</param>
/// <param name="timeout">How long a call may take to be complete.</param>
/// <param name="complete">Takes complete calls.</param>
internal sealed class LinkAssembler(NodeRole self, TimeSpan timeout, Action<LinkCall> complete) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(NodeInstance Instance, long Number), LinkCall> _calls = [];

    /// <summary>Takes a connection whose caller was found to be of the call that counts.</summary>
    public void Take(WireConnection connection)
    {
        (NodeInstance, long) key = (connection.Peer.Instance, connection.Peer.Call);
        bool isNew = false;
        bool isTaken;
        bool isComplete;
        LinkCall? call;
        lock (_gate)
        {
            if (!_calls.TryGetValue(key, out call))
            {
                _calls[key] = call = new LinkCall();
                isNew = true;
            }

            isTaken = call.TryAdd(connection);
            isComplete = isTaken && call.IsComplete(self);
            if (isComplete)
                _calls.Remove(key);
        }

        if (!isTaken)
            _ = connection.DisposeAsync().AsTask();
        else if (isComplete)
            complete(call);
        else if (isNew)
            _ = ExpireAsync(key, call);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        LinkCall[] calls;
        lock (_gate)
        {
            calls = [.. _calls.Values];
            _calls.Clear();
        }

        foreach (LinkCall call in calls)
            await call.CloseAsync();
    }

    private async Task ExpireAsync((NodeInstance Instance, long Number) key, LinkCall call)
    {
        await Task.Delay(timeout);
        bool isWaiting;
        lock (_gate)
            isWaiting = _calls.TryGetValue(key, out LinkCall? current) && current == call && _calls.Remove(key);
        if (isWaiting)
            await call.CloseAsync();
    }
}
