using System.Net;
using Akka.TestKit.Xunit2;
using AkkaLstm.Engines.Akka.Peers;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Engines.Akka.Tests.Peers;

/// <summary>A server's door and a worker that calls there.</summary>
public sealed class TensorLinkTests : TestKit, IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);
    private static readonly ConnectionOptions Patient = new() { HandshakeTimeout = TimeSpan.FromMinutes(5) };
    private static readonly ExactCodec Codec = new(new ExactModel(ParameterCount: 37));
    private static readonly Message Sent = new Welcomed(new Fence("run", 1, 1, 0));

    private readonly NodeIdentity _server = Identity(NodeId.Server(0));
    private readonly NodeIdentity _worker = Identity(NodeId.Worker(3));
    private readonly List<string> _notices = [];
    private readonly PeerTable _serverPeers;
    private readonly PeerTable _workerPeers;
    private readonly TensorDoor _door;

    public TensorLinkTests()
    {
        _serverPeers = new PeerTable(NodeRole.Server, TestActor, (_, _) => { });
        _workerPeers = new PeerTable(NodeRole.Worker, TestActor, (_, _) => { });
        _door = new TensorDoor(
            new IPEndPoint(IPAddress.Loopback, 0),
            () => _server,
            Codec,
            _serverPeers,
            Patient,
            new TensorChannelOptions(),
            _ => { });
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _door.DisposeAsync();
        await _workerPeers.DisposeAsync();
        await _serverPeers.DisposeAsync();
    }

    [Fact]
    public void Keep_AttemptThatFailsForAReasonThatNobodyExpects_IsToldAndFollowedByAnother()
    {
        int attempts = 0;
        var mistake = new FormatException("a mistake");
        Exception? defect = null;
        using TensorCalls calls = Calls(
            () => Interlocked.Increment(ref attempts) == 1 ? throw mistake : _worker, e => defect = e);
        _workerPeers.Introduce(_server.Node, TestActor);
        _workerPeers.Send(_worker.Node, _server.Node, Sent);

        calls.Keep(new RosterEntry(_server.Node, _server.Instance, $"127.0.0.1:{_door.Port}"));

        // It has waited for the link.
        Assert.Equal(_worker.Node, ExpectMsg<ControlEnvelope>(Wait).Open().From);
        Assert.Same(mistake, defect);
        lock (_notices)
            Assert.Equal([$"{_server.Node}: a mistake"], _notices);
    }

    [Fact]
    public void Keep_AddressThatIsNone_IsRefused()
    {
        using TensorCalls calls = Calls(() => _worker, _ => { });

        WireException e = Assert.Throws<WireException>(
            () => calls.Keep(new RosterEntry(_server.Node, _server.Instance, "nowhere")));

        Assert.Equal(WireError.OutOfRange, e.Error);
    }

    [Fact]
    public async Task Door_LaterCallOfTheSameProcess_ClosesTheOneThatIsNotComplete()
    {
        await using WireConnection half = await CallAsync(WireChannel.Tensors, call: 1);

        await using WireConnection later = await CallAsync(WireChannel.Tensors, call: 2);

        int read = await half.Stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Wait);
        Assert.Equal(0, read);
    }

    [Fact]
    public async Task Door_CallThatIsMadeAgain_IsRefused()
    {
        await using WireConnection half = await CallAsync(WireChannel.Tensors, call: 1);

        WireException e = await Assert.ThrowsAsync<WireException>(() => CallAsync(WireChannel.Tensors, call: 1));

        Assert.Equal(RefusalReason.Identity, e.Refusal);
    }

    private static NodeIdentity Identity(NodeId node) => new("run", "", "", node, NodeInstance.New(), 0, Listen: "");

    private TensorCalls Calls(Func<NodeIdentity> self, Action<Exception> defect) => new(
        self, Codec, _workerPeers, Patient, new TensorChannelOptions { Defect = defect }, text =>
        {
            lock (_notices)
                _notices.Add(text);
        });

    private Task<WireConnection> CallAsync(WireChannel channel, long call) => WireDialer.ConnectAsync(
        new IPEndPoint(IPAddress.Loopback, _door.Port), NodeRole.Server, _worker.Greet(channel, call), Patient, default);
}
