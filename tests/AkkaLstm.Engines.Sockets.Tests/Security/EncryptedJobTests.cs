using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Engines.Sockets.Tests.Support;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Tests.Support;

namespace AkkaLstm.Engines.Sockets.Tests.Security;

/// <summary>A whole job over mutual TLS, and members without the right certificate beside it.</summary>
public sealed class EncryptedJobTests : IDisposable
{
    private readonly TestCertificates _cluster = new();
    private readonly TestCertificates _other = new();

    public void Dispose()
    {
        _cluster.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public async Task Job_EveryNodeWithItsCertificate_SameBits(int workers, int servers)
    {
        using var job = new PausedJob(workers, servers, pauses: false);
        await using var cluster = new LoopbackCluster(job.Request) { Links = role => Links(_cluster.Of(role)) };

        await job.AssertSameBitsAsync(await cluster.RunAsync().WaitAsync(PausedJob.Wait));
    }

    [Fact]
    public async Task Job_MembersWithoutTheRightCertificate_NeverGetInAndItGoesOn()
    {
        using var job = new PausedJob(workers: 1, servers: 1);
        await using var cluster = new LoopbackCluster(job.Request) { Links = role => Links(_cluster.Of(role)) };
        Task<JobOutcome> running = cluster.RunAsync();
        await job.Paused;

        var reasons = new List<string>();
        (string What, ClusterCertificate? Certificate)[] strangers =
        [
            ("none", null),
            ("expired", _cluster.Expired(NodeRole.Worker)),
            ("not yet valid", _cluster.NotYetValid(NodeRole.Worker)),
            ("another authority", _other.TrustedBy(_cluster, NodeRole.Worker)),
            ("another use", _cluster.For(NodeRole.Worker, TestCertificates.ServerUse)),
        ];
        foreach ((string what, ClusterCertificate? certificate) in strangers)
        {
            await using var intruder = new LoopbackCluster(job.Request)
            {
                Links = _ => Links(certificate),
                Configure = member => member with
                {
                    Coordinator = cluster.Coordinator!, Seated = node => Assert.Fail($"{what}: {node}"),
                },
            };
            MemberOutcome outcome = await intruder.Start(NodeRole.Worker, index: null).WaitAsync(PausedJob.Wait);
            Assert.True(outcome.End == MemberEnd.TurnedAway, $"{what}: {outcome}");
            reasons.Add(outcome.Reason[outcome.Reason.IndexOf("the caller", StringComparison.Ordinal)..]);
        }

        job.Resume();
        await job.AssertSameBitsAsync(await running.WaitAsync(PausedJob.Wait));
        Assert.All(reasons, reason => Assert.Contains(
            cluster.Notices, notice => notice.Contains(reason, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Job_ServerWithAWorkersCertificate_IsTurnedAwayForGoodWithTheReason()
    {
        using var job = new PausedJob(workers: 1, servers: 1);
        await using var cluster = new LoopbackCluster(job.Request) { Links = role => Links(_cluster.Of(role)) };
        Task<JobOutcome> running = cluster.RunAsync();
        await job.Paused;
        await using var intruder = new LoopbackCluster(job.Request)
        {
            Links = _ => Links(_cluster.Of(NodeRole.Worker)),
            Configure = member => member with { Coordinator = cluster.Coordinator! },
        };

        MemberOutcome outcome = await intruder.Start(NodeRole.Server, index: null).WaitAsync(PausedJob.Wait);

        Assert.Equal(MemberEnd.TurnedAway, outcome.End);
        Assert.Contains("not one of a server", outcome.Reason, StringComparison.Ordinal);
        job.Resume();
        await job.AssertSameBitsAsync(await running.WaitAsync(PausedJob.Wait));
    }

    private static LinkOptions Links(ClusterCertificate? certificate) =>
        new() { Connections = new ConnectionOptions { Certificate = certificate } };
}
