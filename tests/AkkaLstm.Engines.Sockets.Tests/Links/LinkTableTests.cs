using System.Net.Sockets;
using System.Threading.Channels;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Sockets.Tests.Links;

public sealed class LinkTableTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);
    private static readonly NodeId Peer = NodeId.Worker(1);
    private static readonly Message Sent = new Welcomed(new Fence("run", 1, 2, 3));

    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private readonly List<LoopbackConnection> _connections = [];
    private LinkTable _table = null!;

    public Task InitializeAsync()
    {
        _table = new LinkTable((peer, reason) => _events.Writer.TryWrite($"lost {peer}: {reason}"));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _table.DisposeAsync().AsTask().WaitAsync(Wait);
        foreach (LoopbackConnection connection in _connections)
            await connection.DisposeAsync();
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    [Fact]
    public async Task Send_LinkThere_ArrivesAsAFrame()
    {
        (Link link, Stream far) = await MakeAsync();
        _table.Add(link);

        _table.Send(Peer, Sent);

        Assert.Equal(FrameKind.Message, await KindAsync(far));
    }

    [Fact]
    public async Task Send_PeerThatIsExpected_WaitsForTheLinkAndOnlyTheNewestStay()
    {
        _table.Expect(Peer);
        for (int i = 0; i < 100; i++)
            _table.Send(Peer, Sent);
        (Link link, Stream far) = await MakeAsync();

        _table.Add(link);
        for (int i = 0; i < 64; i++)
            Assert.Equal(FrameKind.Message, await KindAsync(far));
        await link.DisposeAsync();

        Assert.Null(await KindAsync(far));
    }

    [Fact]
    public async Task Send_PeerThatNobodyCalls_IsDropped()
    {
        _table.Send(Peer, Sent);
        (Link link, Stream far) = await MakeAsync();

        _table.Add(link);
        await link.DisposeAsync();

        Assert.Null(await KindAsync(far));
    }

    [Fact]
    public async Task Add_PeerHasCalledAgain_OldLinkIsClosedAndItsLossIsToldBeforeAnythingNewComes()
    {
        (Link old, Stream oldFar) = await MakeAsync();
        (Link link, Stream far) = await MakeAsync();
        await WriteAsync(far, FrameKind.Roster, HandshakeCodec.Encode([])); // before anybody reads
        _table.Add(old);

        _table.Add(link);

        Assert.Equal($"lost {Peer}: it has called again", await NextAsync());
        Assert.Equal("roster", await NextAsync());
        Assert.Null(await KindAsync(oldFar));
        Assert.Same(link, _table.Find(Peer));
    }

    [Fact]
    public async Task Add_PeerGone_LossIsToldAndTheLinkIsForgotten()
    {
        (Link link, Stream far) = await MakeAsync();
        _table.Add(link);

        await far.DisposeAsync();

        Assert.StartsWith($"lost {Peer}", await NextAsync(), StringComparison.Ordinal);
        Assert.Null(_table.Find(Peer));
    }

    [Fact]
    public async Task Add_ConnectionThatCannotBeClosed_LossIsToldAllTheSame()
    {
        LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        _connections.Add(connection);
        await using var stuck = new StuckStream(((NetworkStream)connection.Left).Socket);
        _table.Add(Make(stuck));

        await connection.Right.DisposeAsync();

        Assert.Equal($"lost {Peer}: it is stuck", await NextAsync());
    }

    [Fact]
    public async Task Add_AfterTheTableWasClosed_ClosesTheLink()
    {
        (Link link, Stream far) = await MakeAsync();
        await _table.DisposeAsync();

        _table.Add(link);

        Assert.Null(await KindAsync(far));
        await link.Ending.WaitAsync(Wait);
    }

    [Fact]
    public async Task Dispose_LinkThatHasJustEndedByItself_DoesNotThrow()
    {
        for (int i = 0; i < 50; i++)
        {
            (Link link, Stream far) = await MakeAsync();
            var table = new LinkTable((_, _) => { });
            table.Add(link);
            await far.DisposeAsync();
            if (i % 2 == 0)
                await link.Ending.WaitAsync(Wait);
            await table.DisposeAsync().AsTask().WaitAsync(Wait);
            await link.DisposeAsync().AsTask().WaitAsync(Wait);
        }
    }

    [Fact]
    public async Task Dispose_MessagesQueued_AreSentFirst()
    {
        (Link link, Stream far) = await MakeAsync();
        for (int i = 0; i < 10; i++)
            link.Send(Sent);

        await link.DisposeAsync();

        for (int i = 0; i < 10; i++)
            Assert.Equal(FrameKind.Message, await KindAsync(far));
        Assert.Null(await KindAsync(far));
    }

    [Theory]
    [InlineData(FrameKind.Ping, 9)] // what comes back must not be the peer's to choose
    [InlineData(FrameKind.Ping, 1 << 20)]
    [InlineData(FrameKind.Greeting, 8)]
    [InlineData(FrameKind.TensorChunk, 8)]
    [InlineData(FrameKind.Message, 8)]
    public async Task Receive_FrameThatDoesNotBelongHere_EndsTheLink(FrameKind kind, int bytes)
    {
        (Link link, Stream far) = await MakeAsync();
        _table.Add(link);

        await WriteAsync(far, kind, new byte[bytes]);

        await link.Ending.WaitAsync(Wait);
    }

    [Fact]
    public async Task Receive_Ping_ComesBack()
    {
        (Link link, Stream far) = await MakeAsync();
        _table.Add(link);

        await WriteAsync(far, FrameKind.Ping, new byte[8]);

        Assert.Equal(FrameKind.Pong, await KindAsync(far));
    }

    [Fact]
    public async Task Receive_Silence_EndsTheLink()
    {
        (Link link, Stream _) = await MakeAsync(new LinkOptions { SilenceTimeout = TimeSpan.FromMilliseconds(200) });
        _table.Add(link);

        Assert.Contains("in time", await link.Ending.WaitAsync(Wait), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_PeerThatReadsNothing_QueueIsBounded()
    {
        (Link link, Stream _) = await MakeAsync(new LinkOptions { SilenceTimeout = TimeSpan.FromSeconds(1) });
        IReadOnlyList<RosterEntry> large =
            [.. Enumerable.Range(0, 2000).Select(i => new RosterEntry(NodeId.Server(i), new(1, 2), new string('h', 250) + ":1"))];
        int frames = 4 * Link.MaxQueuedBytes / HandshakeCodec.Encode(large).Length;
        long before = GC.GetTotalMemory(forceFullCollection: true);

        for (int i = 0; i < frames; i++)
            link.Send(large);

        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(held, 0, 2L * Link.MaxQueuedBytes);
        link.Start();
        await link.Ending.WaitAsync(Wait);
    }

    private async Task<(Link Link, Stream Far)> MakeAsync(LinkOptions? options = null)
    {
        LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        _connections.Add(connection);
        return (Make(connection.Left, options), connection.Right);
    }

    private Link Make(Stream control, LinkOptions? options = null) => new(
        Peer, new(5, 6), control, tensors: null, options ?? new LinkOptions(),
        (_, message) => _events.Writer.TryWrite(message.GetType().Name), _ => _events.Writer.TryWrite("roster"));

    /// <summary>Fails when it is to be closed for the first time.</summary>
    private sealed class StuckStream(Socket socket) : NetworkStream(socket)
    {
        private bool _hasFailed;

        public override ValueTask DisposeAsync()
        {
            if (_hasFailed)
                return base.DisposeAsync();
            _hasFailed = true;
            throw new FormatException("it is stuck");
        }
    }

    private Task<string> NextAsync() => _events.Reader.ReadAsync().AsTask().WaitAsync(Wait);

    private static async Task WriteAsync(Stream stream, FrameKind kind, byte[] payload)
    {
        byte[] header = new byte[FrameHeader.Size];
        FrameHeader.Write(header, kind, payload);
        await stream.WriteAsync(header);
        await stream.WriteAsync(payload);
    }

    /// <summary>The next frame's kind; null at the end.</summary>
    private static async Task<FrameKind?> KindAsync(Stream stream)
    {
        byte[] header = new byte[FrameHeader.Size];
        int read = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false).AsTask().WaitAsync(Wait);
        if (read == 0)
            return null;
        FrameHeader frame = FrameHeader.Read(header, WireLimits.MaxMessageBytes);
        await stream.ReadExactlyAsync(new byte[frame.PayloadBytes]).AsTask().WaitAsync(Wait);
        return frame.Kind;
    }
}
