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
    public void Keep(RosterEntry server)
    {
        lock (_gate)
        {
            if (_called.TryGetValue(server.Node, out (RosterEntry Entry, CancellationTokenSource Stop) known))
            {
                if (known.Entry == server)
                    return;
                known.Stop.Cancel();
            }

            var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            _called[server.Node] = (server, stop);
            _ = Task.Run(() => KeepAsync(server, stop.Token));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _closing.Cancel();

    private async Task KeepAsync(RosterEntry server, CancellationToken stop)
    {
        var delay = new RetryDelay(FirstRetryDelay, LongestRetryDelay);
        string lastTrouble = "";
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Task ended = await CallAsync(server, stop);
                delay.Reset();
                lastTrouble = "";
                await ended.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (WireException e)
            {
                if (e.Message != lastTrouble)
                    notice($"{server.Node}: {e.Message}");
                lastTrouble = e.Message;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await delay.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One connection for each direction.</summary>
    private async Task<Task> CallAsync(RosterEntry server, CancellationToken stop)
    {
        NodeIdentity card = self();
        long call = Interlocked.Increment(ref _lastCall);
        WireConnection outgoing = await OpenAsync(WireChannel.Tensors);
        try
        {
            WireConnection incoming = await OpenAsync(WireChannel.TensorsBack);
            var link = PeerTensors.Between(codec, outgoing, incoming, tensors);
            peers.Attach(server.Node, new LinkId(card.Instance, call), link);
            return link.Completion;
        }
        catch
        {
            await outgoing.DisposeAsync();
            throw;
        }

        Task<WireConnection> OpenAsync(WireChannel channel) => WireDialer.ConnectAsync(
            HostAndPort.Parse(server.Address), NodeRole.Server, card.Greet(channel, call), connections, stop);
    }
}
