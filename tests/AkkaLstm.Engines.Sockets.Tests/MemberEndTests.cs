using System.Net;
using AkkaLstm.Engines.Sockets.Coordination;
using AkkaLstm.Engines.Sockets.Tests.Support;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Sockets.Tests;

/// <summary>How taking part ends where it cannot go on.</summary>
public class MemberEndTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Theory]
    [InlineData(RefusalReason.ProtocolVersion)]
    [InlineData(RefusalReason.Certificate)]
    public async Task Run_RefusedForGoodWhenItAsksForTheJob_EndsAtOnceWithTheReason(RefusalReason why)
    {
        int calls = 0;
        await using WireListener coordinator = Listen((_, _) =>
        {
            Interlocked.Increment(ref calls);
            return new GreetingRefused(why, "so it is");
        });

        MemberOutcome outcome = await RunAsync(coordinator.Endpoint).WaitAsync(PausedJob.Wait);

        Assert.Equal(MemberEnd.TurnedAway, outcome.End);
        Assert.Contains("so it is", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Run_CoordinatorIsBusyAtFirst_TriesAgain()
    {
        int calls = 0;
        await using WireListener coordinator = Listen((_, _) => Interlocked.Increment(ref calls) < 3
            ? new GreetingRefused(RefusalReason.Busy, "not now")
            : new GreetingRefused(RefusalReason.ProtocolVersion, "so it is"));

        MemberOutcome outcome = await RunAsync(coordinator.Endpoint).WaitAsync(PausedJob.Wait);

        Assert.Contains("so it is", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(3, calls);
    }

    [Theory]
    [InlineData(RefusalReason.Run)]
    [InlineData(RefusalReason.Plan)]
    [InlineData(RefusalReason.Data)]
    public async Task Run_JobThatItHasJustMadeReadyIsNotTheCoordinators_EndsWithTheReasonAfterThreeTries(RefusalReason why)
    {
        int opened = 0;
        await using WireListener coordinator = Listen((_, _) => new GreetingRefused(why, "another job"));
        using var job = new PausedJob();

        MemberOutcome outcome = await RunAsync(coordinator.Endpoint, Open).WaitAsync(PausedJob.Wait);

        Assert.Equal(MemberEnd.TurnedAway, outcome.End);
        Assert.Contains("another job", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(3, opened);

        Task<MemberJob> Open(FileFetch fetch, CancellationToken stop)
        {
            opened++;
            return Task.FromResult(LoopbackCluster.JobOf(job.Request));
        }
    }

    [Fact]
    public async Task Run_CoordinatorIsGoneForGoodWhileTheRoleRuns_TheClusterIsLost()
    {
        using var job = new PausedJob(
            workers: 1, servers: 1, protocol: new ProtocolOptions { CoordinatorLostTimeout = TimeSpan.FromSeconds(2) });
        await using var cluster = new LoopbackCluster(job.Request);
        Task<JobOutcome> running;
        await using (SocketsCoordinator coordinator = cluster.Coordinate(job.Request))
        {
            running = coordinator.RunAsync(CancellationToken.None);
            await job.Paused;
        }

        job.Resume();

        MemberOutcome[] outcomes = await Task.WhenAll(cluster.Members).WaitAsync(PausedJob.Wait);
        Assert.All(outcomes, outcome => Assert.Equal(MemberEnd.CoordinatorLost, outcome.End));
        Assert.All(outcomes, outcome => Assert.Contains("nothing from the coordinator", outcome.Reason, StringComparison.Ordinal));
    }

    private static WireListener Listen(Func<Greeting, IPAddress, GreetingReply> answer) =>
        WireListener.Start(AnyPort, new ConnectionOptions(), answer, _ => Assert.Fail("nobody is taken"), (_, _) => { });

    private static Task<MemberOutcome> RunAsync(IPEndPoint coordinator, MemberJobOpener? open = null) => SocketsMember.RunAsync(
        open ?? (async (fetch, stop) =>
        {
            await fetch("job", Stream.Null, 1024, stop);
            throw new InvalidOperationException("it was given a job");
        }),
        new MemberOptions { Role = NodeRole.Worker, Coordinator = coordinator },
        CancellationToken.None,
        CancellationToken.None);
}
