using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace AkkaLstm.Cluster.Tests;

/// <summary>
/// <c>train --engine sockets</c>: real processes over the loopback device, which get killed and stopped. The number of
/// disturbances is small here; AKKALSTM_DISTURBANCES and AKKALSTM_PAUSE_MS make a campaign of it.
/// </summary>
public sealed class TrainedByProcessesTests(ITestOutputHelper output)
{
    private static readonly int Disturbances = Experiment.Setting("AKKALSTM_DISTURBANCES", 4);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(Experiment.Setting("AKKALSTM_PAUSE_MS", 400));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 1)]
    public async Task Train_WorkersInProcesses_SameBitsAsOneProcess(int workers, int servers)
    {
        using var experiment = new Experiment(steps: 60, hidden: 16);
        string expected = await experiment.ExpectedAsync();

        await using ClusterProcess cluster = Train(experiment, workers, servers);

        await cluster.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
    }

    [Fact]
    public async Task Train_WorkersAreKilledAgainAndAgain_SameBits()
    {
        using var experiment = EndlessExperiment();
        var times = new List<double>();
        await using ClusterProcess cluster = Train(experiment, workers: 3, servers: 1);

        for (int kill = 0; kill < Disturbances; kill++)
        {
            await AreThereAsync(experiment, cluster, 3 + kill);
            IReadOnlyList<int> workers = cluster.Children("worker");
            int lost = experiment.Count("run", "node-lost");
            ClusterProcess.Signal(workers[Random.Shared.Next(workers.Count)], "KILL");
            long start = Stopwatch.GetTimestamp();
            await Experiment.UntilAsync(() => experiment.Count("run", "node-lost") > lost || cluster.HasExited, "the death is noticed");
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            await Task.Delay(Pause);
        }

        Report("workers killed", times, await experiment.StopAsync(cluster, "run"));
        Assert.Equal(Disturbances, times.Count);
    }

    [Fact]
    public async Task Train_WorkersAreStoppedAndContinued_SameBits()
    {
        using var experiment = EndlessExperiment();
        var times = new List<double>();
        await using ClusterProcess cluster = Train(experiment, workers: 3, servers: 1);

        for (int stop = 0; stop < Math.Max(1, Disturbances / 4); stop++)
        {
            await AreThereAsync(experiment, cluster, 3 + stop);
            IReadOnlyList<int> workers = cluster.Children("worker");
            int stopped = workers[stop % workers.Count];
            int lost = experiment.Count("run", "node-lost");
            ClusterProcess.Signal(stopped, "STOP");
            long start = Stopwatch.GetTimestamp();
            await Experiment.UntilAsync(() => experiment.Count("run", "node-lost") > lost || cluster.HasExited, "the silence is noticed");
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            ClusterProcess.Signal(stopped, "CONT");
            await Task.Delay(Pause);
        }

        Report("workers stopped", times, await experiment.StopAsync(cluster, "run"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Train_ServersAreKilled_SameBitsAndWithAStandbyNoStepIsLost(int replicas)
    {
        using var experiment = EndlessExperiment();
        await using ClusterProcess cluster = Train(
            experiment, 2, 2, "--server-replicas", replicas.ToString(CultureInfo.InvariantCulture), "--checkpoint-every", "20");
        await BegunAsync(experiment);
        string answer = replicas == 0 ? "generation-started" : "replica-synced";

        for (int kill = 0; kill < Math.Max(1, Disturbances / 4) && !cluster.HasExited; kill++)
        {
            IReadOnlyList<int> servers = cluster.Children("server");
            int before = experiment.Count("run", answer);
            ClusterProcess.Signal(servers[kill % servers.Count], "KILL");
            await Experiment.UntilAsync(() => experiment.Count("run", answer) > before || cluster.HasExited, $"there is a {answer}");
            await Task.Delay(Pause);
        }

        await experiment.StopAsync(cluster, "run");
        if (replicas > 0)
            Assert.Equal(1, experiment.Count("run", "generation-started")); // it never went back
    }

    [Fact]
    public async Task Train_EverythingIsKilled_ResumesToTheSameBits()
    {
        using var experiment = new Experiment(steps: 4000, hidden: 32);
        string expected = await experiment.ExpectedAsync();
        ClusterProcess cluster = Train(experiment, 2, 2, "--checkpoint-every", "20");
        await using (cluster)
        {
            await Experiment.UntilAsync(() => experiment.Count("run", "checkpoint-saved") > 1, "there are checkpoints");
            IReadOnlyList<int> nodes = [.. cluster.Children("worker"), .. cluster.Children("server")];
            cluster.Kill();
            foreach (int node in nodes)
                ClusterProcess.Signal(node, "KILL");
        }

        await using ClusterProcess resumed = ClusterProcess.Start(
            null, ["resume", experiment.Run("run"), "--engine", "sockets", "--workers", "3", "--servers", "1", "--quiet"]);
        await resumed.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
    }

    [Fact]
    public async Task Train_ItIsKilledItself_TakesItsNodesAlong()
    {
        using var experiment = EndlessExperiment();
        await using ClusterProcess cluster = Train(experiment, 2, 1);
        await BegunAsync(experiment);
        int[] nodes = [.. cluster.Children("worker"), .. cluster.Children("server")];

        cluster.Kill();

        Assert.Equal(3, nodes.Length);
        await Experiment.UntilAsync(() => Array.TrueForAll(nodes, id => !Directory.Exists($"/proc/{id}")), "no node is left");
    }

    private static Experiment EndlessExperiment() => new(Experiment.Endless, hidden: 32);

    private static ClusterProcess Train(Experiment experiment, int workers, int servers, params string[] more) => ClusterProcess.Start(
        null,
        [
            "train", .. experiment.Plan, "--engine", "sockets", "--workers", $"{workers}", "--servers", $"{servers}",
            "--out", experiment.Run("run"), .. more,
        ]);

    /// <summary>Waits until so many workers have joined, those that came again counted each time.</summary>
    private static async Task AreThereAsync(Experiment experiment, ClusterProcess cluster, int count)
    {
        await Experiment.UntilAsync(
            () => experiment.Count("run", "worker-joined") >= count || cluster.HasExited, $"{count} workers have joined");
        Assert.False(cluster.HasExited, cluster.Text);
    }

    private static Task BegunAsync(Experiment experiment) =>
        Experiment.UntilAsync(() => experiment.Count("run", "generation-started") > 0, "it has begun");

    private void Report(string what, List<double> seconds, int steps) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what}: {seconds.Count} times in {steps} steps, noticed after {Experiment.Spread(seconds)}"));
}
