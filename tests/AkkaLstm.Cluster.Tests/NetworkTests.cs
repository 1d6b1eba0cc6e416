using System.Globalization;
using Xunit.Abstractions;

namespace AkkaLstm.Cluster.Tests;

/// <summary>Nodes in two network namespaces whose cable is cut.</summary>
public sealed class NetworkTests(ITestOutputHelper output)
{
    private const int Port = 7140;

    [NetworkFact]
    public async Task Cable_IsCutAndMended_SameBits()
    {
        using TwoNetworks networks = TwoNetworks.TryCreate()!;
        using var experiment = new Experiment(steps: 1500, hidden: 64);
        string expected = await experiment.ExpectedAsync();
        await using ClusterProcess coordinator = Coordinator(networks, experiment);
        await using ClusterProcess server = Server(networks);
        await using ClusterProcess near = Worker(networks.Left);
        await using ClusterProcess far = Worker(networks.Right);
        await Experiment.UntilAsync(() => experiment.Count("run", "worker-joined") >= 2, "both workers are there");

        networks.Cut();
        await Experiment.UntilAsync(() => experiment.Count("run", "node-lost") >= 1 || coordinator.HasExited, "it is noticed");
        networks.Mend();
        await Experiment.UntilAsync(() => experiment.Count("run", "worker-joined") >= 3 || coordinator.HasExited, "it is back");

        await coordinator.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
        Report(experiment);
    }

    private static ClusterProcess Coordinator(TwoNetworks networks, Experiment experiment) => ClusterProcess.Start(
        networks.Left,
        [
            "node", "--role", "coordinator", "--listen", $"{TwoNetworks.LeftAddress}:{Port}", "--insecure", .. experiment.Plan,
            "--out", experiment.Run("run"),
        ]);

    private static ClusterProcess Server(TwoNetworks networks) => ClusterProcess.Start(
        networks.Left,
        ["node", "--role", "server", "--join", $"{TwoNetworks.LeftAddress}:{Port}", "--listen", $"{TwoNetworks.LeftAddress}:0", "--insecure"]);

    private static ClusterProcess Worker(string network) =>
        ClusterProcess.Start(network, ["node", "--role", "worker", "--join", $"{TwoNetworks.LeftAddress}:{Port}"]);

    private void Report(Experiment experiment) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"lost {experiment.Count("run", "node-lost")}, joined {experiment.Count("run", "worker-joined")}, generations {experiment.Count("run", "generation-started")}"));
}
