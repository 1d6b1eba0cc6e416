using System.Threading.Channels;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using AkkaLstm.Engines.Akka.Peers;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Payloads;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Engines.Akka.Tests.Peers;

/// <summary>A worker's table, with a link to a server over the loopback device.</summary>
public sealed class PeerTableTests : TestKit, IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);
    private static readonly ExactModel Model = new(ParameterCount: 37);
    private static readonly SliceId Slice = new(0, 1);
    private static readonly NodeId Server = NodeId.Server(0);
    private static readonly Fence Fence = new("run", 1, 1, 0);
    private static readonly LinkId Id = new(new NodeInstance(1, 2), Call: 7);

    private readonly Channel<string> _lost = Channel.CreateUnbounded<string>();
    private readonly Channel<Message> _delivered = Channel.CreateUnbounded<Message>();
    private readonly PeerTable _table;
    private LoopbackConnection _there = null!;
    private LoopbackConnection _back = null!;
    private PeerTensors _near = null!;
    private PeerTensors _far = null!;

    public PeerTableTests()
    {
        _table = new PeerTable(NodeRole.Worker, TestActor, (node, reason) => _lost.Writer.TryWrite($"{node}: {reason}"));
        _table.Introduce(Server, ActorRefs.Nobody);
    }

    public async Task InitializeAsync()
    {
        var codec = new ExactCodec(Model);
        _there = await LoopbackConnection.ConnectAsync();
        _back = await LoopbackConnection.ConnectAsync();
        _near = new PeerTensors(codec, _there.Left, _back.Left, new TensorChannelOptions());
        _far = new PeerTensors(codec, _back.Right, _there.Right, new TensorChannelOptions());
    }

    public async Task DisposeAsync()
    {
        await _table.DisposeAsync().AsTask().WaitAsync(Wait);
        await _far.DisposeAsync();
        await _there.DisposeAsync();
        await _back.DisposeAsync();
    }

    [Fact]
    public async Task Receive_LinkThatIsThere_DeliversTheMessageWithItsValues()
    {
        _table.Attach(Server, Id, _near);

        _table.Receive(Pulled(Id), Deliver);

        var pulled = (ParametersPulled)await _delivered.Reader.ReadAsync().AsTask().WaitAsync(Wait);
        Assert.Equal(Model.Slice(Slice).Length, ExactPayload.Of(pulled.Parameters).Length);
    }

    [Fact]
    public async Task Attach_LinkThatAMistakeOfThisProgramEnds_IsLostAndForgotten()
    {
        _table.Attach(Server, Id, _near);

        _table.Receive(Pulled(Id), (_, _) => throw new FormatException("a mistake"));

        Assert.Equal($"{Server}: a mistake", await _lost.Reader.ReadAsync().AsTask().WaitAsync(Wait));
        Assert.Throws<WireException>(() => _table.Receive(Pulled(Id), Deliver));
    }

    [Fact]
    public async Task Receive_LinkThatTheOtherEndHasFirst_MessageComesAgainWhenItIsHereToo()
    {
        ControlEnvelope early = Pulled(Id);
        _table.Receive(early, Deliver);
        ExpectNoMsg(TimeSpan.Zero);

        _table.Attach(Server, Id, _near);

        Assert.Same(early, ExpectMsg<ControlEnvelope>(Wait));
        _table.Receive(early, Deliver);
        Assert.IsType<ParametersPulled>(await _delivered.Reader.ReadAsync().AsTask().WaitAsync(Wait));
    }

    [Fact]
    public void Receive_LinkBeforeTheOneThatIsThere_IsRefused()
    {
        _table.Attach(Server, Id, _near);

        Assert.Throws<WireException>(() => _table.Receive(Pulled(Id with { Call = Id.Call - 1 }), Deliver));
        Assert.Throws<WireException>(() => _table.Receive(
            ControlEnvelope.Of(NodeId.Worker(3), Id, _far.Encode(new Welcomed(Fence))), Deliver)); // values never come from there
    }

    [Fact]
    public void Receive_MessagesOfLinksThatNeverCome_AreBounded()
    {
        for (int i = 0; i < 1000; i++)
            _table.Receive(Pulled(Id), Deliver);

        _table.Attach(Server, Id, _near);

        Assert.Equal(64, ReceiveWhile(_ => true, max: Wait, idle: TimeSpan.FromSeconds(1)).Count);
    }

    private ControlEnvelope Pulled(LinkId link) => ControlEnvelope.Of(
        Server,
        link,
        _far.Encode(new ParametersPulled(Fence, Slice, new ExactPayload(new long[Model.Slice(Slice).Length]), 0, [])));

    private void Deliver(NodeId from, Message message) => _delivered.Writer.TryWrite(message);
}
