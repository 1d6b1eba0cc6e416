using System.Globalization;
using System.Net;
using AkkaLstm.Engines.Sockets.Tests.Support;
using Xunit.Abstractions;

namespace AkkaLstm.Cluster.Tests;

/// <summary>
/// Workers whose only way to the coordinator and the server is a slow, lossy link. It is a proxy of the test (see
/// <see cref="SlowNetwork"/>), as not every kernel has netem: TCP hides loss from its users, who see delay, stalls and
/// broken connections, and these the proxy makes.
/// </summary>
public sealed class SlowLinkTests(ITestOutputHelper output)
{
    private static readonly LinkConditions Conditions = new(
        Delay: TimeSpan.FromMilliseconds(20),
        Jitter: TimeSpan.FromMilliseconds(20),
        BytesPerSecond: 2_000_000,
        LossChance: 0.01,
        ResetChance: 0.0002);

    [Fact]
    public async Task Workers_BehindASlowLossyLink_SameBits()
    {
        using var experiment = new Experiment(Experiment.Setting("AKKALSTM_STEPS", 100), hidden: 32);
        string expected = await experiment.ExpectedAsync();
        int port = NodesTests.FreePort();
        int serverPort = NodesTests.FreePort();
        await using var toCoordinator = new SlowNetwork(new IPEndPoint(IPAddress.Loopback, port), Conditions, seed: 1);
        await using var toServer = new SlowNetwork(new IPEndPoint(IPAddress.Loopback, serverPort), Conditions, seed: 2);
        await using ClusterProcess coordinator = Node(
            ["coordinator", "--listen", $"127.0.0.1:{port}", .. experiment.Plan, "--out", experiment.Run("run")]);
        await using ClusterProcess server = Node(
            [
                "server", "--join", $"127.0.0.1:{port}", "--listen", $"127.0.0.1:{serverPort}", "--advertise", $"{toServer.Endpoint}",
            ]);
        await using ClusterProcess first = Node(["worker", "--join", $"{toCoordinator.Endpoint}"]);
        await using ClusterProcess second = Node(["worker", "--join", $"{toCoordinator.Endpoint}"]);

        await coordinator.EndsAsync(0);

        Assert.Equal(expected, experiment.HashOf("run"));
        foreach ((string name, SlowNetwork network) in new[] { ("coordinator", toCoordinator), ("server", toServer) })
        {
            (long bytes, int losses, int resets) = network.Counts;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"to the {name}: {bytes / 1e6:0.0} MB, {losses} segments lost, {resets} connections broken"));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"nodes lost {experiment.Count("run", "node-lost")}, generations {experiment.Count("run", "generation-started")}"));
        Assert.True(toServer.Counts.Losses > 0, "nothing was lost");
    }

    private static ClusterProcess Node(IEnumerable<string> arguments) =>
        ClusterProcess.Start(null, ["node", "--role", .. arguments]);
}
