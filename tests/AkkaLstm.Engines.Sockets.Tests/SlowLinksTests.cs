using System.Net;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Engines.Sockets.Tests.Support;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
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

    /// <summary>
    /// Parameters and gradients take some times <see cref="ProtocolOptions.RepeatInterval"/>, and are not sent again for
    /// that: what is on its way already would only be later.
    /// </summary>
    [Fact]
    public async Task Job_TransfersTakeLongerThanTheRepeatInterval_EachValueTravelsOnce()
    {
        const int Workers = 2, Steps = 4, ValueBytes = 8_000_000;
        var model = new ExactModel(ParameterCount: 37);
        var log = new EventLog();
        var job = new EngineRequest(
            new JobDescription { RunId = "slow", ShardCount = Workers, StepsPerEpoch = Steps, EpochCount = 1 },
            new ExactFactory(model, new ExactStore()),
            new BulkyCodec(new ExactCodec(model), ValueBytes / sizeof(float)),
            new ExactPolicy(),
            Workers,
            ServerCount: 1,
            new ProtocolOptions { ReviewInterval = TimeSpan.FromMilliseconds(20), RepeatInterval = TimeSpan.FromMilliseconds(300) },
            log,
            CancellationToken.None);
        var conditions = new LinkConditions(TimeSpan.Zero, TimeSpan.Zero, BytesPerSecond: 10e6, LossChance: 0, ResetChance: 0);
        SlowNetwork? network = null;
        await using (var cluster = new LoopbackCluster(job)
        {
            // As little under way as the wire allows, so that what waits, waits where it was encoded.
            Links = _ => new LinkOptions { Tensors = new() { WindowBytes = 1 << 21, SharesMemory = false } },
            Configure = member =>
            {
                if (member.Role != NodeRole.Server)
                    return member;
                IPEndPoint listen = BrokenLinksTests.FreeEndpoint();
                network = new SlowNetwork(listen, conditions, seed: 1);
                return member with { Listen = listen, Advertise = network.Endpoint.ToString() };
            },
        })
        {
            JobOutcome outcome = await cluster.RunAsync().WaitAsync(PausedJob.Wait);
            Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        }

        // Parameters to each worker, a gradient from each. Only the parameters of the first two steps, of which nobody
        // knows yet how long they take, may be asked for once more when their last part is in the channel.
        double expected = 2.0 * Steps * Workers * ValueBytes;
        double spare = 2.0 * Workers * ValueBytes;
        output.WriteLine($"{network!.Counts.Bytes / 1e6:0} MB for {expected / 1e6:0} MB");
        await network.DisposeAsync();
        Assert.InRange(network.Counts.Bytes, expected, 1.02 * (expected + spare));
        Assert.Empty(log.Of<GradientRecomputed>());
    }
}
