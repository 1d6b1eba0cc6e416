using System.Net;
using System.Net.Sockets;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Engines.Sockets.Tests.Support;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using Xunit.Abstractions;

namespace AkkaLstm.Engines.Sockets.Tests;

/// <summary>Connections are cut and freeze, again and again, at places that the seed draws.</summary>
public class BrokenLinksTests(ITestOutputHelper output)
{
    /// <summary>Connections of each member that are broken before its network heals.</summary>
    private const int Breaks = 12;

    /// <summary>Notices a frozen connection soon; the numbers cannot change a result.</summary>
    private static readonly LinkOptions Hasty = new()
    {
        SilenceTimeout = TimeSpan.FromMilliseconds(600),
        FirstRetryDelay = TimeSpan.FromMilliseconds(5),
        LongestRetryDelay = TimeSpan.FromMilliseconds(50),
        Connections = new() { HandshakeTimeout = TimeSpan.FromSeconds(1) },
    };

    private static readonly ProtocolOptions Quick = new()
    {
        ReviewInterval = TimeSpan.FromMilliseconds(5),
        RepeatInterval = TimeSpan.FromMilliseconds(50),
        HeartbeatInterval = TimeSpan.FromMilliseconds(20),
        GatherGrace = TimeSpan.FromMilliseconds(200),
        MinTaskTimeout = TimeSpan.FromMilliseconds(500),
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Job_EveryLinkOfMembersIsBrokenAgainAndAgain_SameBits(int seed)
    {
        output.WriteLine($"seed {seed}; again with the test case of that number");
        using var job = new PausedJob(workers: 3, servers: 2, pauses: false, Quick);
        var networks = new List<BrokenNetwork>();
        BrokenNetwork To(IPEndPoint target)
        {
            lock (networks)
            {
                var network = new BrokenNetwork(target, seed + networks.Count, Breaks);
                networks.Add(network);
                return network;
            }
        }

        await using (var cluster = new LoopbackCluster(job.Request)
        {
            Links = _ => Hasty,
            Configure = member =>
            {
                member = member with { Coordinator = To((IPEndPoint)member.Coordinator).Endpoint };
                if (member.Role != NodeRole.Server)
                    return member;
                IPEndPoint listen = FreeEndpoint();
                return member with { Listen = listen, Advertise = To(listen).Endpoint.ToString() };
            },
        })
        {
            await job.AssertSameBitsAsync(await cluster.RunAsync().WaitAsync(PausedJob.Wait));
        }

        int broken = networks.Sum(network => Math.Min(network.Broken, Breaks));
        output.WriteLine($"{broken} connections were broken");
        foreach (BrokenNetwork network in networks)
            await network.DisposeAsync();
        Assert.True(broken >= 20, $"only {broken} connections were broken");
    }

    /// <summary>A port that nobody has; the next to ask gets another one.</summary>
    internal static IPEndPoint FreeEndpoint()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
