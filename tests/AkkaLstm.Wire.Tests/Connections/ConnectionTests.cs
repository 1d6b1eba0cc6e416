using System.Buffers;
using System.Net;
using System.Net.Sockets;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Tests.Support;
using Google.Protobuf;
using Proto = AkkaLstm.Wire.Generated;

namespace AkkaLstm.Wire.Tests.Connections;

public class ConnectionTests
{
    private static readonly ConnectionOptions Hasty = new() { HandshakeTimeout = TimeSpan.FromMilliseconds(300) };

    public static TheoryData<RefusalReason> Reasons => [.. Enum.GetValues<RefusalReason>()];

    [Fact]
    public async Task Call_RightAnswer_BothEndsKnowEachOtherAndWhatFollowsIsWhole()
    {
        await using var listener = new TestListener();

        await using WireConnection caller = await listener.CallAsync();
        await using WireConnection called = await listener.NextAcceptedAsync();
        await caller.Stream.WriteAsync("what follows"u8.ToArray());
        byte[] read = new byte["what follows".Length];
        await called.Stream.ReadExactlyAsync(read).AsTask().WaitAsync(TestListener.Wait);

        Assert.Equal((TestListener.Worker, NodeId.Worker(3)), (called.Peer, caller.Acceptance.Seat));
        Assert.Equal(NodeId.Coordinator, caller.Peer.Node);
        Assert.Equal("what follows"u8.ToArray(), read);
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Call_Refused_CallerHearsKindAndReason(RefusalReason why)
    {
        await using var listener = new TestListener(answer: (_, _) => new GreetingRefused(why, "not today"));

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync());

        Assert.Equal((WireError.Refused, (RefusalReason?)why), (e.Error, e.Refusal));
        Assert.Contains("not today", e.Message, StringComparison.Ordinal);
        Assert.Equal("not today", await listener.NextRefusalAsync());
    }

    [Fact]
    public async Task Call_ReasonWithControlCharacters_IsOneHarmlessLine()
    {
        await using var listener = new TestListener(
            answer: (caller, _) => new GreetingRefused(RefusalReason.Run, $"not\u001B[2J\n{caller.RunId}"));

        WireException e = await Assert.ThrowsAsync<WireException>(
            () => listener.CallAsync(greeting: TestListener.Worker with { RunId = "a\r\nb" }));

        Assert.DoesNotContain(e.Message, char.IsControl);
        Assert.DoesNotContain(await listener.NextRefusalAsync(), char.IsControl);
    }

    [Fact]
    public async Task Call_AnotherRoleAnswers_IsNotTaken()
    {
        await using var listener = new TestListener(answer: (caller, _) => new GreetingAccepted(caller, caller.Node, 0));

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync());

        Assert.Equal(WireError.Unexpected, e.Error);
    }

    [Fact]
    public async Task Call_OtherVersion_IsToldWhichOneIsSpokenHere()
    {
        await using var listener = new TestListener();
        await using NetworkStream stream = await listener.ConnectAsync();

        await stream.WriteAsync(Framed(FrameKind.Greeting, new Proto.Greeting { ProtocolVersion = 99 }.ToByteArray()));
        using var deadline = new Deadline(TestListener.Wait, TimeProvider.System, default);
        GreetingReply reply = HandshakeCodec.DecodeReply(
            await HandshakeFrames.ReadAsync(stream, FrameKind.GreetingReply, deadline));

        Assert.Equal(RefusalReason.ProtocolVersion, Assert.IsType<GreetingRefused>(reply).Why);
        Assert.Contains("99", await listener.NextRefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_NobodyListens_IsUnreachable()
    {
        var listener = new TestListener();
        await listener.DisposeAsync();

        WireException e = await Assert.ThrowsAsync<WireException>(() => listener.CallAsync());

        Assert.Equal(WireError.Unreachable, e.Error);
    }

    [Fact]
    public async Task Call_ListenerThatSaysNothing_EndsAtTheDeadline()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        WireException e = await Assert.ThrowsAsync<WireException>(() => WireDialer.ConnectAsync(
            silent.LocalEndpoint, NodeRole.Coordinator, TestListener.Worker, Hasty, default).WaitAsync(TestListener.Wait));

        Assert.Equal(WireError.TimedOut, e.Error);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: here\r\n\r\n")]
    [InlineData("AL\u0001\u0000\u00FF\u00FF\u00FF\u007F____")] // claims two gigabytes
    [InlineData("AL\u0003\u0000\u0000\u0000\u0000\u0000____")] // a frame that has no business here
    public async Task Listen_Garbage_IsRefusedAndTheNextCallerIsServed(string garbage)
    {
        await using var listener = new TestListener();
        await using NetworkStream stream = await listener.ConnectAsync();

        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(garbage));
        await AssertClosedAsync(stream);

        Assert.NotEqual("", await listener.NextRefusalAsync());
        await using WireConnection next = await listener.CallAsync();
        Assert.Equal(NodeId.Worker(3), next.Acceptance.Seat);
    }

    [Fact]
    public async Task Listen_SilentCaller_IsHungUpOnAtTheDeadline()
    {
        await using var listener = new TestListener(Hasty);
        await using NetworkStream stream = await listener.ConnectAsync();

        await AssertClosedAsync(stream);

        Assert.Contains("in time", await listener.NextRefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_GreetingByteByByte_GetsNoMoreTimeThanSilence()
    {
        var options = new ConnectionOptions { HandshakeTimeout = TimeSpan.FromSeconds(1) };
        await using var listener = new TestListener(options);
        await using NetworkStream stream = await listener.ConnectAsync();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        byte[] greeting = Framed(FrameKind.Greeting, HandshakeCodec.Encode(TestListener.Worker));

        // 20 ms for each of more than 100 bytes is more than the second that there is for all.
        Task<string> refusal = listener.NextRefusalAsync();
        int sent = 0;
        try
        {
            for (; sent < greeting.Length && !refusal.IsCompleted; sent++)
            {
                await stream.WriteAsync(greeting.AsMemory(sent, 1));
                await pace.WaitForNextTickAsync();
            }
        }
        catch (IOException)
        {
            // It has hung up.
        }

        Assert.Contains("in time", await refusal, StringComparison.Ordinal);
        Assert.InRange(sent, 1, greeting.Length - 1);
    }

    [Fact]
    public async Task Listen_MoreStrangersThanTheBound_TheOldestGoAndCallersAreServed()
    {
        const int Bound = 8, Count = 5 * Bound;
        await using var listener = new TestListener(
            new ConnectionOptions { MaxStrangers = Bound, HandshakeTimeout = TimeSpan.FromMinutes(5) });
        var idle = new List<NetworkStream>();
        for (int i = 0; i < Count; i++)
            idle.Add(await listener.ConnectAsync());

        for (int i = 0; i < Count - Bound; i++)
        {
            Assert.Equal("too many callers at once", await listener.NextRefusalAsync());
            await AssertClosedAsync(idle[i]);
        }

        await using WireConnection caller = await listener.CallAsync();
        Assert.Equal(NodeId.Worker(3), caller.Acceptance.Seat);
        idle.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task Listen_CallersThatHangUpWhileOthersPushThemOut_KeepsListening()
    {
        // The moment in which a stranger leaves by itself while it is being turned out is what this is about.
        await using var listener = new TestListener(new ConnectionOptions { MaxStrangers = 1 });
        for (int i = 0; i < 300; i++)
        {
            await using NetworkStream stream = await listener.ConnectAsync();
            await stream.WriteAsync(new byte[FrameHeader.Size]);
        }

        await using WireConnection caller = await listener.CallAsync();

        Assert.Equal(NodeId.Worker(3), caller.Acceptance.Seat);
    }

    [Fact]
    public async Task Dispose_StrangersWaiting_TheyAreHungUpOnAndNobodyIsAccepted()
    {
        var listener = new TestListener(new ConnectionOptions { HandshakeTimeout = TimeSpan.FromMinutes(5) });
        await using NetworkStream stream = await listener.ConnectAsync();
        await using WireConnection caller = await listener.CallAsync(); // so the first has been taken too

        await listener.DisposeAsync().AsTask().WaitAsync(TestListener.Wait);

        await AssertClosedAsync(stream);
    }

    [Fact]
    public async Task Start_PortInUse_Throws()
    {
        await using var listener = new TestListener();

        Assert.Throws<ListenException>(() => WireListener.Start(
            listener.Endpoint, new ConnectionOptions(), (caller, _) => TestListener.Accept(caller), _ => { }, (_, _) => { }));
    }

    [Fact]
    public async Task Start_PortWhoseConnectionsWereJustClosed_IsFree()
    {
        var first = new TestListener();
        await using (WireConnection caller = await first.CallAsync())
        {
            // Closed from the listening end first: its port is what stays in TIME_WAIT.
            await (await first.NextAcceptedAsync()).DisposeAsync();
            await first.DisposeAsync();
        }

        await using WireListener second = WireListener.Start(
            first.Endpoint, new ConnectionOptions(), (caller, _) => TestListener.Accept(caller), _ => { }, (_, _) => { });

        Assert.Equal(first.Endpoint, second.Endpoint);
    }

    private static byte[] Framed(FrameKind kind, byte[] payload)
    {
        var frame = new ArrayBufferWriter<byte>();
        Frame.Write(frame, kind, payload);
        return frame.WrittenSpan.ToArray();
    }

    private static async Task AssertClosedAsync(NetworkStream stream)
    {
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TestListener.Wait));
        }
        catch (IOException)
        {
            // Reset, as what was sent had not all been read.
        }
    }
}
