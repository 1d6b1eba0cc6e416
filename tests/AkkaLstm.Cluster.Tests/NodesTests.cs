using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit.Abstractions;

namespace AkkaLstm.Cluster.Tests;

/// <summary><c>node</c> processes that are started by hand, as on several machines.</summary>
public sealed class NodesTests(ITestOutputHelper output)
{
    /// <summary>Of the embedded sunspot numbers with the default window and batch.</summary>
    private const int StepsPerEpoch = 68;

    [Fact]
    public async Task Coordinator_IsKilledAndStartedAgain_GoesOnFromWhatServersHold()
    {
        using var experiment = new Experiment(steps: 600, hidden: 64);
        string expected = await experiment.ExpectedAsync();
        int port = FreePort();
        await using ClusterProcess server = Member("server", port);
        await using ClusterProcess worker = Member("worker", port);
        await using ClusterProcess other = Member("worker", port);
        await using (ClusterProcess first = Coordinator(experiment, port))
        {
            await Experiment.UntilAsync(() => IsQuiet(experiment), "it is between two checkpoints");
            first.Kill();
        }

        long start = Stopwatch.GetTimestamp();
        int before = experiment.Steps("run");
        await using ClusterProcess second = Coordinator(experiment, port);
        await Experiment.UntilAsync(() => experiment.Steps("run") > before || second.HasExited, "it makes steps again");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"next step {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s after the new start"));

        await second.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
        string generation = LastGeneration(experiment);
        Assert.True(generation.Contains("\"source\":\"servers\"", StringComparison.Ordinal), generation);
        await server.EndsAsync(0);
        await worker.EndsAsync(0);
    }

    [Fact]
    public async Task Members_AreAskedToEnd_LeaveAndTheJobGoesOn()
    {
        using var experiment = new Experiment(steps: 300, hidden: 64);
        string expected = await experiment.ExpectedAsync();
        int port = FreePort();
        await using ClusterProcess server = Member("server", port);
        await using ClusterProcess worker = Member("worker", port);
        await using ClusterProcess leaving = Member("worker", port);
        await using ClusterProcess coordinator = Coordinator(experiment, port);
        await Experiment.UntilAsync(() => experiment.Count("run", "worker-joined") >= 2, "both workers are there");

        ClusterProcess.Signal(leaving.Id, "TERM");

        await leaving.EndsAsync(0);
        await coordinator.EndsAsync(0);
        Assert.Equal(1, experiment.Count("run", "node-left"));
        Assert.Equal(expected, experiment.HashOf("run"));
    }

    [Fact]
    public async Task Coordinator_IsAskedToEnd_WritesACheckpointAndGoesOnLater()
    {
        using var experiment = new Experiment(steps: 300, hidden: 64);
        string expected = await experiment.ExpectedAsync();
        int port = FreePort();
        await using ClusterProcess server = Member("server", port);
        await using ClusterProcess worker = Member("worker", port);
        await using ClusterProcess first = Coordinator(experiment, port);
        await Experiment.UntilAsync(() => experiment.Steps("run") >= 50, "it has made steps");
        ClusterProcess.Signal(first.Id, "TERM");
        await first.EndsAsync(130);
        await server.EndsAsync(0);

        await using ClusterProcess second = Coordinator(experiment, port);
        await using ClusterProcess otherServer = Member("server", port);
        await using ClusterProcess otherWorker = Member("worker", port);

        await second.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
    }

    private static ClusterProcess Coordinator(Experiment experiment, int port) => ClusterProcess.Start(
        null,
        [
            "node", "--role", "coordinator", "--listen", $"127.0.0.1:{port}", .. experiment.Plan, "--out", experiment.Run("run"),
        ]);

    private static ClusterProcess Member(string role, int port) =>
        ClusterProcess.Start(null, ["node", "--role", role, "--join", $"127.0.0.1:{port}"]);

    /// <summary>
    /// In the middle of an epoch with all checkpoints on disk: a best state that is lost while it is written would have
    /// to be come by again.
    /// </summary>
    private static bool IsQuiet(Experiment experiment)
    {
        int steps = experiment.Steps("run");
        return steps >= StepsPerEpoch
            && steps % StepsPerEpoch is > 15 and < 50
            && experiment.Count("run", "checkpoint-saved") + experiment.Count("run", "checkpoint-skipped") >= steps / StepsPerEpoch;
    }

    private static string LastGeneration(Experiment experiment) =>
        experiment.Events("run").Last(e => e.Name == "generation-started").Line.ToString();

    /// <summary>A port that nobody has.</summary>
    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
