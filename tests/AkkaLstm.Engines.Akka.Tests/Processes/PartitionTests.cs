using System.Diagnostics;
using System.Globalization;
using AkkaLstm.Cluster.Tests;
using Xunit.Abstractions;

namespace AkkaLstm.Engines.Akka.Tests.Processes;

/// <summary>
/// A cluster over two network namespaces whose cable is cut: the side with more nodes goes on, the other one's nodes are
/// put out and come back when the cable is mended. The run directory is on storage that both sides reach.
/// </summary>
[Trait("Category", "Campaign")]
public sealed class PartitionTests(ITestOutputHelper output)
{
    [NetworkFact]
    public async Task Cable_CutsOffAMinorityOfWorkersAndTheStandby_MajorityGoesOn() =>
        await CutAsync(isLeaderInMinority: false);

    [NetworkFact]
    public async Task Cable_CutsOffTheCoordinator_StandbyOfTheMajorityGoesOn() =>
        await CutAsync(isLeaderInMinority: true);

    private async Task CutAsync(bool isLeaderInMinority)
    {
        using TwoNetworks networks = TwoNetworks.TryCreate()!;
        using var experiment = new Experiment(steps: 3000, hidden: 64);
        string expected = await experiment.ExpectedAsync();
        (string major, string majorAddress) = (networks.Left, TwoNetworks.LeftAddress);
        (string minor, string minorAddress) = (networks.Right, TwoNetworks.RightAddress);
        int leader = 0;
        int survivor = isLeaderInMinority ? 1 : 0;
        string[] homes = isLeaderInMinority ? [minor, major] : [major, minor];
        await using var cluster = new AkkaCluster(experiment, "--servers", "2")
        {
            Hosts = isLeaderInMinority ? [minorAddress, majorAddress] : [majorAddress, minorAddress],
        };
        ClusterProcess[] candidates = new ClusterProcess[2];
        candidates[leader] = cluster.Candidate(leader, homes[leader]);
        ClusterProcess server = cluster.Member("server", major, majorAddress);
        cluster.Member("server", major, majorAddress);
        cluster.Member("worker", major, majorAddress);
        cluster.Member("worker", major, majorAddress);
        ClusterProcess far = cluster.Member("worker", minor, minorAddress);
        candidates[1 - leader] = cluster.Candidate(1 - leader, homes[1 - leader]);
        await Experiment.UntilAsync(
            () => experiment.Count("run", "worker-joined") >= 3 || candidates[leader].HasExited, "all workers are there");
        await Experiment.UntilAsync(() => experiment.Steps("run") >= 100 || candidates[leader].HasExited, "it has made steps");

        networks.Cut();
        long cut = Stopwatch.GetTimestamp();
        int before = experiment.Steps("run");
        await Experiment.UntilAsync(
            () => experiment.Steps("run") > before + 10 || candidates[survivor].HasExited, $"it goes on: {cluster.Texts()}");
        Say($"cut to the next ten steps: {Stopwatch.GetElapsedTime(cut).TotalSeconds:0.0} s");
        await Experiment.UntilAsync(() => IsOut(far) || far.HasExited, $"the minority is put out: {cluster.Texts()}");
        Say($"cut to the end of the minority: {Stopwatch.GetElapsedTime(cut).TotalSeconds:0.0} s, step {experiment.Steps("run")}");

        networks.Mend();
        await candidates[survivor].EndsAsync(0);
        await server.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
        Say($"joined {experiment.Count("run", "worker-joined")}, generations {experiment.Count("run", "generation-started")}");
    }

    private static bool IsOut(ClusterProcess process) => process.Text.Contains("joining again", StringComparison.Ordinal);

    private void Say(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
