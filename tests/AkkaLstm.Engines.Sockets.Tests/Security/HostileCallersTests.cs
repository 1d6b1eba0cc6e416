using System.Net.Sockets;
using AkkaLstm.Engines.Sockets.Coordination;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Engines.Sockets.Tests.Support;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Files;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Sockets.Tests.Security;

/// <summary>Callers that do not belong to a job call its coordinator; the job ends with the same bits.</summary>
public class HostileCallersTests
{
    private static readonly string Hash = new('a', 64);

    [Fact]
    public async Task Job_ThousandIdleConnections_AreBoundedAndItGoesOnToTheSameBits()
    {
        using var job = new PausedJob();
        await using var cluster = new LoopbackCluster(job.Request);
        Task<JobOutcome> running = cluster.RunAsync();
        await job.Paused;

        var idle = new List<Socket>();
        for (int i = 0; i < 1000; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(cluster.Coordinator!).WaitAsync(PausedJob.Wait);
            idle.Add(socket);
        }

        Task<MemberOutcome> late = cluster.Start(NodeRole.Worker, index: null);
        job.Resume();
        await job.AssertSameBitsAsync(await running.WaitAsync(PausedJob.Wait));

        Assert.Equal(MemberEnd.Stopped, (await late.WaitAsync(PausedJob.Wait)).End);
        Assert.True(
            cluster.Notices.Count(notice => notice.Contains("too many callers", StringComparison.Ordinal))
            >= 1000 - new ConnectionOptions().MaxStrangers);
        idle.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Job_HandshakeOfAWorkerIsReplayed_IsRefusedAndItGoesOn()
    {
        using var job = new PausedJob(workers: 1);
        await using var cluster = new LoopbackCluster(job.Request);
        Task<JobOutcome> running = cluster.RunAsync();
        await job.Paused;
        Greeting greeting = Worker(wantsSeat: true);
        await using WireConnection first = await CallAsync(cluster, greeting);

        WireException again = await Assert.ThrowsAsync<WireException>(() => CallAsync(cluster, greeting));
        WireException seated = await Assert.ThrowsAsync<WireException>(
            () => CallAsync(cluster, greeting with { WantsSeat = false, Node = first.Acceptance.Seat }));

        Assert.Equal(RefusalReason.Identity, again.Refusal);
        Assert.Equal(RefusalReason.Identity, seated.Refusal);
        job.Resume();
        await job.AssertSameBitsAsync(await running.WaitAsync(PausedJob.Wait));
        Assert.Contains(cluster.Notices, notice => notice.Contains("made before", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(WireChannel.Tensors)]
    [InlineData(WireChannel.TensorsBack)]
    public async Task Job_StrangerBringsAConnectionForTheCallOfAnother_IsRefusedAndItGoesOn(WireChannel channel)
    {
        using var job = new PausedJob();
        await using var cluster = new LoopbackCluster(job.Request);
        Task<JobOutcome> running = cluster.RunAsync();
        await job.Paused;

        for (int server = 0; server < 2; server++)
        {
            Greeting greeting = Worker() with { Node = NodeId.Server(server), Channel = channel };
            WireException e = await Assert.ThrowsAsync<WireException>(() => CallAsync(cluster, greeting));
            Assert.Equal(RefusalReason.Identity, e.Refusal);
        }

        job.Resume();
        await job.AssertSameBitsAsync(await running.WaitAsync(PausedJob.Wait));
    }

    [Fact]
    public async Task Job_OtherRunPlanOrData_IsRefusedWithThatReasonAndItGoesOn()
    {
        using var job = new PausedJob();
        await using var cluster = new LoopbackCluster(job.Request);
        Task<JobOutcome> running = cluster.RunAsync();
        await job.Paused;
        string other = new('b', 64);

        Assert.Equal(RefusalReason.Run, await RefusalAsync(cluster, Worker(wantsSeat: true) with { RunId = "another" }));
        Assert.Equal(RefusalReason.Plan, await RefusalAsync(cluster, Worker(wantsSeat: true) with { PlanHash = other }));
        Assert.Equal(RefusalReason.Data, await RefusalAsync(cluster, Worker(wantsSeat: true) with { DataHash = "" }));
        Assert.Equal(
            RefusalReason.Busy,
            await RefusalAsync(cluster, Worker(wantsSeat: true) with { Node = NodeId.Server(0) }));
        job.Resume();
        await job.AssertSameBitsAsync(await running.WaitAsync(PausedJob.Wait));
    }

    [Fact]
    public async Task Job_ServersThatHangUpInTheMiddleOfTheirCall_DoNotKeepTheSeats()
    {
        // All seats are asked for by callers that go away again before the real ones come.
        using var job = new PausedJob(pauses: false);
        var links = new LinkOptions { Connections = new ConnectionOptions { HandshakeTimeout = TimeSpan.FromSeconds(1) } };
        await using var cluster = new LoopbackCluster(job.Request)
        {
            Links = _ => links,
            Configure = member => member with { Index = null },
        };
        SocketsCoordinator coordinator = cluster.Coordinate(job.Request);
        await using (coordinator)
        {
            // The members start with the listener; whoever is first, the job must go on in the end.
            Task<JobOutcome> running = coordinator.RunAsync(CancellationToken.None);
            for (int i = 0; i < 2; i++)
            {
                try
                {
                    await (await CallAsync(cluster, Worker(wantsSeat: true) with { Node = NodeId.Server(0) })).DisposeAsync();
                }
                catch (WireException e)
                {
                    Assert.Equal(RefusalReason.Busy, e.Refusal);
                }
            }

            await job.AssertSameBitsAsync(await running.WaitAsync(PausedJob.Wait));
        }
    }

    [Fact]
    public async Task Job_MoreCallersForFilesThanTheBound_AreToldToComeLaterAndItGoesOn()
    {
        using var job = new PausedJob();
        await using var cluster = new LoopbackCluster(job.Request);
        Task<JobOutcome> running = cluster.RunAsync();
        await job.Paused;
        var callers = new List<WireConnection>();

        WireException e = await Assert.ThrowsAsync<WireException>(async () =>
        {
            while (callers.Count <= FileDesk.MaxCallers + 10)
                callers.Add(await CallAsync(cluster, Worker() with { Channel = WireChannel.Files }));
        });

        Assert.Equal(RefusalReason.Busy, e.Refusal);
        job.Resume();
        await job.AssertSameBitsAsync(await running.WaitAsync(PausedJob.Wait));
        foreach (WireConnection caller in callers)
            await caller.DisposeAsync();
    }

    [Fact]
    public async Task Job_MemberThatSendsRubbish_IsHungUpOnAndItGoesOn()
    {
        using var job = new PausedJob();
        await using var cluster = new LoopbackCluster(job.Request);
        Task<JobOutcome> running = cluster.RunAsync();
        await job.Paused;
        await using WireConnection caller = await CallAsync(cluster, Worker(wantsSeat: true));

        byte[] frame = new byte[FrameHeader.Size];
        FrameHeader.Write(frame, FrameKind.TensorAbort, []);
        await caller.Stream.WriteAsync(frame);
        int read;
        do
            read = await caller.Stream.ReadAsync(new byte[4096]).AsTask().WaitAsync(PausedJob.Wait);
        while (read > 0);

        job.Resume();
        await job.AssertSameBitsAsync(await running.WaitAsync(PausedJob.Wait));
        Assert.Contains(cluster.Notices, notice => notice.Contains("TensorAbort", StringComparison.Ordinal));
    }

    private static Greeting Worker(bool wantsSeat = false) => new(
        WireLimits.ProtocolVersion, "paused", Hash, Hash, NodeId.Worker(0), NodeInstance.New(), WireChannel.Control, Call: 1,
        WantsSeat: wantsSeat);

    private static async Task<RefusalReason?> RefusalAsync(LoopbackCluster cluster, Greeting greeting) =>
        (await Assert.ThrowsAsync<WireException>(() => CallAsync(cluster, greeting))).Refusal;

    private static Task<WireConnection> CallAsync(LoopbackCluster cluster, Greeting greeting) => WireDialer.ConnectAsync(
        cluster.Coordinator!, NodeRole.Coordinator, greeting, new ConnectionOptions(), CancellationToken.None)
        .WaitAsync(PausedJob.Wait);
}
