using System.Net;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;
using AkkaLstm.Wire.Payloads;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Engines.Akka.Peers;

/// <summary>Keeps a tensor link to each server that this node has been told of.</summary>
/// <param name="self">What this node says of itself.</param>
/// <param name="codec">Takes payloads apart and puts them together.</param>
/// <param name="peers">Takes the links.</param>
/// <param name="connections">Certificate and handshake.</param>
/// <param name="tensors">Sizes and deadlines.</param>
/// <param name="notice">Hears of what goes wrong, one line each.</param>
internal sealed class TensorCalls(
    Func<NodeIdentity> self,
    IPayloadCodec codec,
    PeerTable peers,
    ConnectionOptions connections,
    TensorChannelOptions tensors,
    Action<string> notice) : IDisposable
{
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, (RosterEntry Entry, CancellationTokenSource Stop)> _called = [];
    private long _lastCall;

    /// <summary>Keeps a link to a server from now on; one to a process that had its address before ends.</summary>
    /// <exception cref="WireException">It is said to be where nothing can be.</exception>
    public void Keep(RosterEntry server)
    {
        if (!HostAndPort.TryParse(server.Address, out EndPoint? address))
            throw new WireException(WireError.OutOfRange, $"{server.Node} is said to be at {server.Address}, which is no address");
        lock (_gate)
        {
            if (_called.TryGetValue(server.Node, out (RosterEntry Entry, CancellationTokenSource Stop) known))
            {
                if (known.Entry == server)
                    return;
                known.Stop.Cancel();
                known.Stop.Dispose();
            }

            var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            _called[server.Node] = (server, stop);
            CancellationToken token = stop.Token;
            _ = Task.Run(() => KeepAsync(server.Node, address, token), CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closing.Cancel();
        lock (_gate)
        {
            foreach ((_, CancellationTokenSource stop) in _called.Values)
                stop.Dispose();
            _called.Clear();
        }
    }

    private async Task KeepAsync(NodeId server, EndPoint address, CancellationToken stop)
    {
        var delay = new RetryDelay(FirstRetryDelay, LongestRetryDelay);
        string lastTrouble = "";
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Task ended = await CallAsync(server, address, stop);
                delay.Reset();
                lastTrouble = "";
                await ended.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // a node that gives up a server has a seat and can do nothing with it; so it goes on whatever happens
            catch (Exception e)
            {
                if (e.Message != lastTrouble)
                {
                    notice($"{server}: {e.Message}");
                    if (e is not WireException)
                        tensors.Defect(e);
                }

                lastTrouble = e.Message;
            }
#pragma warning restore CA1031

            await delay.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One connection for each direction.</summary>
    private async Task<Task> CallAsync(NodeId server, EndPoint address, CancellationToken stop)
    {
        NodeIdentity card = self();
        long call = Interlocked.Increment(ref _lastCall);
        WireConnection outgoing = await OpenAsync(WireChannel.Tensors);
        WireConnection? incoming = null;
        try
        {
            incoming = await OpenAsync(WireChannel.TensorsBack);
            var link = PeerTensors.Between(codec, outgoing, incoming, tensors);
            peers.Attach(server, new LinkId(card.Instance, call), link);
            return link.Completion;
        }
        catch
        {
            await outgoing.DisposeAsync();
            if (incoming is not null)
                await incoming.DisposeAsync();
            throw;
        }

        Task<WireConnection> OpenAsync(WireChannel channel) => WireDialer.ConnectAsync(
            address, NodeRole.Server, card.Greet(channel, call), connections, stop);
    }
}
