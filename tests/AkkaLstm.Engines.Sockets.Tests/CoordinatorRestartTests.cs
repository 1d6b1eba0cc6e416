using System.Net;
using System.Net.Sockets;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Sockets.Coordination;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Engines.Sockets.Tests.Support;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Sockets.Tests;

public class CoordinatorRestartTests
{
    [Fact]
    public async Task Job_CoordinatorIsGoneAndAnotherOneComesAtItsAddress_NoClosedStepIsLost()
    {
        using var job = new PausedJob();
        await using var cluster = new LoopbackCluster(job.Request);
        SocketsCoordinator first = cluster.Coordinate(job.Request);
        Task<JobOutcome> lost = first.RunAsync(CancellationToken.None);
        await job.Paused;
        await first.DisposeAsync();
        await ((Task)lost).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        IReadOnlyList<long> before = job.ClosedSteps;

        var log = new EventLog();
        EngineRequest next = job.Request with { Job = job.Request.Job with { Term = 2 }, Events = log };
        await using SocketsCoordinator second = cluster.Coordinate(next);
        job.Resume();
        JobOutcome outcome = await second.RunAsync(CancellationToken.None).WaitAsync(PausedJob.Wait);

        long[] after = [.. log.Of<StepClosed>().Select(e => e.Fence.Step)];
        Assert.Equal(before.Count, after[0]);
        Assert.Equal(20, after[^1]);
        await job.AssertSameBitsAsync(outcome);
    }

    [Fact]
    public async Task Member_AskedToLeaveBeforeThereIsACoordinator_Ends()
    {
        using var job = new PausedJob();
        using var leave = new CancellationTokenSource();
        Task<MemberOutcome> member = SocketsMember.RunAsync(
            (_, _) => Task.FromResult(new MemberJob(
                "run", "", "", job.Request.Protocol, job.Request.Executors, job.Request.Codec)),
            new MemberOptions { Role = NodeRole.Worker, Coordinator = Nobody() },
            leave.Token,
            CancellationToken.None);

        await leave.CancelAsync();

        Assert.Equal(MemberEnd.Stopped, (await member.WaitAsync(PausedJob.Wait)).End);
    }

    [Fact]
    public async Task Member_NoCoordinatorInTime_SaysWhatWasInTheWay()
    {
        using var job = new PausedJob();
        MemberOutcome outcome = await SocketsMember.RunAsync(
            (_, _) => Task.FromResult(new MemberJob(
                "run", "", "", job.Request.Protocol, job.Request.Executors, job.Request.Codec)),
            new MemberOptions
            {
                Role = NodeRole.Worker, Coordinator = Nobody(), CoordinatorTimeout = TimeSpan.FromSeconds(3),
            },
            CancellationToken.None,
            CancellationToken.None).WaitAsync(PausedJob.Wait);

        Assert.Equal(MemberEnd.CoordinatorLost, outcome.End);
        Assert.Contains("cannot be reached", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PortInUse_ThrowsAndLeavesNothingBehind()
    {
        using var job = new PausedJob();
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();

        await Assert.ThrowsAsync<ListenException>(() => SocketsEngine.RunAsync(
            new CoordinatorJob(
                job.Request.Job, "", "", job.Request.Executors, job.Request.Codec, job.Request.Policy, job.Log,
                name => throw new FileNotFoundException(name)),
            new SocketsOptions { Listen = (IPEndPoint)taken.LocalEndPoint! },
            CancellationToken.None).WaitAsync(PausedJob.Wait));
    }

    private static IPEndPoint Nobody()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
