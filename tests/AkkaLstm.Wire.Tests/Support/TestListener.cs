using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Wire.Tests.Support;

/// <summary>A coordinator that listens on the loopback device and keeps what happens.</summary>
internal sealed class TestListener : IAsyncDisposable
{
    /// <summary>Bound of every wait in these tests.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    private readonly Channel<string> _refusals = Channel.CreateUnbounded<string>();
    private readonly Channel<WireConnection> _accepted = Channel.CreateUnbounded<WireConnection>();
    private readonly WireListener _listener;

    public TestListener(ConnectionOptions? options = null, Func<Greeting, IPAddress, GreetingReply>? answer = null)
    {
        _listener = WireListener.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            options ?? new ConnectionOptions(),
            answer ?? ((caller, _) => Accept(caller)),
            connection => _accepted.Writer.TryWrite(connection),
            (_, reason) => _refusals.Writer.TryWrite(reason));
        Endpoint = _listener.Endpoint;
    }

    public IPEndPoint Endpoint { get; }

    public static Greeting Worker { get; } = new(
        WireLimits.ProtocolVersion, "run", new string('a', 64), new string('b', 64), NodeId.Worker(3), new(1, 2),
        WireChannel.Control, Call: 1);

    private static Greeting Coordinator { get; } = Worker with { Node = NodeId.Coordinator, Instance = new(8, 9) };

    public static GreetingAccepted Accept(Greeting caller) => new(Coordinator, caller.Node, caller.Incarnation);

    /// <summary>The reason that the next caller was turned away for.</summary>
    public Task<string> NextRefusalAsync() => _refusals.Reader.ReadAsync().AsTask().WaitAsync(Wait);

    /// <summary>The next connection that was accepted.</summary>
    public Task<WireConnection> NextAcceptedAsync() => _accepted.Reader.ReadAsync().AsTask().WaitAsync(Wait);

    /// <summary>Calls as a worker.</summary>
    public Task<WireConnection> CallAsync(ClusterCertificate? certificate = null, Greeting? greeting = null) =>
        WireDialer.ConnectAsync(
            Endpoint,
            NodeRole.Coordinator,
            greeting ?? Worker,
            new ConnectionOptions { Certificate = certificate },
            CancellationToken.None).WaitAsync(Wait);

    /// <summary>A connection that says nothing by itself.</summary>
    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Endpoint).WaitAsync(Wait);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        while (_accepted.Reader.TryRead(out WireConnection? connection))
            await connection.DisposeAsync();
    }
}
