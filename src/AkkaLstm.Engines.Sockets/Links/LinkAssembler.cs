using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Sockets.Links;

/// <summary>
/// Puts the connections of a call together: one for control, and where values go between the two one for each
/// direction. They come in any order; a call that is not complete in time is closed, and so is one whose process has
/// made a later one meanwhile. Thread-safe.
/// </summary>
/// <param name="self">The role of this node.</param>
/// <param name="timeout">How long a call may take to be complete.</param>
/// <param name="clock">Measures it.</param>
/// <param name="complete">Takes complete calls.</param>
internal sealed class LinkAssembler(NodeRole self, TimeSpan timeout, TimeProvider clock, Action<LinkCall> complete)
    : IAsyncDisposable
{
    private readonly Lock _gate = new();

    // Not disposed: it has no handle, and calls may still be expiring.
    private readonly CancellationTokenSource _closing = new();

    // One call of a process at a time, so that a process cannot leave any number of them here.
    private readonly Dictionary<NodeInstance, (long Number, LinkCall Call)> _calls = [];
    private bool _isClosed;

    /// <summary>Takes a connection whose caller was found to be of the call that counts.</summary>
    public void Take(WireConnection connection)
    {
        (NodeInstance instance, long number) = (connection.Peer.Instance, connection.Peer.Call);
        LinkCall? outdated = null;
        LinkCall? begun = null;
        LinkCall? whole = null;
        bool isTaken = false;
        lock (_gate)
        {
            bool isKnown = _calls.TryGetValue(instance, out (long Number, LinkCall Call) known);
            if (!_isClosed && (!isKnown || known.Number < number))
            {
                outdated = known.Call;
                known = _calls[instance] = (number, begun = new LinkCall());
            }

            isTaken = !_isClosed && known.Number == number && known.Call.TryAdd(connection);
            if (isTaken && known.Call.IsComplete(self))
            {
                _calls.Remove(instance);
                (whole, begun) = (known.Call, null);
            }
        }

        if (!isTaken)
            _ = connection.DisposeAsync().AsTask();
        if (outdated is not null)
            _ = outdated.CloseAsync().AsTask();
        if (begun is not null)
            _ = ExpireAsync(instance, begun);
        if (whole is not null)
            complete(whole);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        LinkCall[] calls;
        lock (_gate)
        {
            _isClosed = true;
            calls = [.. _calls.Values.Select(known => known.Call)];
            _calls.Clear();
        }

        await _closing.CancelAsync();
        foreach (LinkCall call in calls)
            await call.CloseAsync();
    }

    private async Task ExpireAsync(NodeInstance instance, LinkCall call)
    {
        await Task.Delay(timeout, clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool isWaiting;
        lock (_gate)
        {
            isWaiting = _calls.TryGetValue(instance, out (long Number, LinkCall Call) known)
                && known.Call == call
                && _calls.Remove(instance);
        }

        if (isWaiting)
            await call.CloseAsync();
    }
}
