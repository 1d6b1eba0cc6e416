using AkkaLstm.Engines.Akka.Peers;
using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>A member's tensor links, for one job: a server is called, a worker calls.</summary>
internal sealed class MemberTensors : IAsyncDisposable
{
    private readonly TensorDoor? _door;
    private readonly TensorCalls? _calls;

    /// <summary>Begins; a server listens from now on.</summary>
    /// <param name="role">Server or worker.</param>
    /// <param name="codec">Of the job.</param>
    /// <param name="options">How this process takes part.</param>
    /// <param name="peers">Takes the links.</param>
    /// <param name="card">What this node says of itself; null while it has no seat.</param>
    public MemberTensors(
        NodeRole role, IPayloadCodec codec, ClusterNodeOptions options, PeerTable peers, Func<NodeIdentity?> card)
    {
        if (role == NodeRole.Server)
        {
            _door = new TensorDoor(
                options.TensorListen, card, codec, peers, options.Connections, options.Tensors, options.Notice);
            Listen = options.TensorAdvertise ?? $":{_door.Port}";
        }
        else
        {
            // Before it has a seat no worker is told of a server.
            _calls = new TensorCalls(
                () => card()!, codec, peers, options.Connections, options.Tensors, options.Notice);
        }
    }

    /// <summary>Where a server is called, <c>HOST:PORT</c> or <c>:PORT</c>; empty for a worker, which nobody calls.</summary>
    public string Listen { get; } = "";

    /// <inheritdoc cref="TensorCalls.Keep"/>
    public void Keep(RosterEntry server) => _calls?.Keep(server);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _calls?.Dispose();
        if (_door is not null)
            await _door.DisposeAsync();
    }
}
