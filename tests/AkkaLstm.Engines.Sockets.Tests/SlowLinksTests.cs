using System.Net;
using AkkaLstm.Engines.Sockets.Tests.Support;
using AkkaLstm.Protocol;
using Xunit.Abstractions;

namespace AkkaLstm.Engines.Sockets.Tests;

/// <summary>Every link of the members is slow and loses segments; see <see cref="SlowNetwork"/>.</summary>
public class SlowLinksTests(ITestOutputHelper output)
{
    private static readonly LinkConditions Conditions = new(
        Delay: TimeSpan.FromMilliseconds(5),
        Jitter: TimeSpan.FromMilliseconds(10),
        BytesPerSecond: 200_000,
        LossChance: 0.02,
        ResetChance: 0.002);

    [Fact]
    public async Task Job_EveryLinkOfMembersIsSlowAndLossy_SameBits()
    {
        using var job = new PausedJob(workers: 3, servers: 2, pauses: false);
        var networks = new List<SlowNetwork>();
        SlowNetwork To(IPEndPoint target)
        {
            lock (networks)
            {
                var network = new SlowNetwork(target, Conditions, seed: networks.Count);
                networks.Add(network);
                return network;
            }
        }

        await using (var cluster = new LoopbackCluster(job.Request)
        {
            Configure = member =>
            {
                member = member with { Coordinator = To((IPEndPoint)member.Coordinator).Endpoint };
                if (member.Role != NodeRole.Server)
                    return member;
                IPEndPoint listen = BrokenLinksTests.FreeEndpoint();
                return member with { Listen = listen, Advertise = To(listen).Endpoint.ToString() };
            },
        })
        {
            await job.AssertSameBitsAsync(await cluster.RunAsync().WaitAsync(PausedJob.Wait));
        }

        foreach (SlowNetwork network in networks)
        {
            output.WriteLine($"{network.Counts}");
            await network.DisposeAsync();
        }

        Assert.True(networks.Sum(network => network.Counts.Losses) > 0, "nothing was lost");
    }
}
