using System.Diagnostics;
using System.Globalization;
using AkkaLstm.Cluster.Tests;
using Xunit.Abstractions;

namespace AkkaLstm.Engines.Akka.Tests.Processes;

/// <summary>
/// A cluster of real processes: 1 coordinator and 1 that stands by, 2 servers, 3 workers. Whatever happens to them, the
/// parameters have the bits of one process. AKKALSTM_DISTURBANCES, AKKALSTM_PAUSE_MS and AKKALSTM_STEPS_EACH make campaigns of it.
/// </summary>
public sealed class ClusterOfProcessesTests(ITestOutputHelper output)
{
    private static readonly int Disturbances = Experiment.Setting("AKKALSTM_DISTURBANCES", 2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(Experiment.Setting("AKKALSTM_PAUSE_MS", 500));

    [Fact]
    public async Task Train_OneCommand_SameBitsAsOneProcess()
    {
        using var experiment = new Experiment(steps: 100, hidden: 16);
        string expected = await experiment.ExpectedAsync();

        await using ClusterProcess cluster = ClusterProcess.Start(
            null,
            [
                "train", .. experiment.Plan, "--engine", "akka", "--workers", "3", "--servers", "2", "--out", experiment.Run("run"),
            ]);

        await cluster.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
    }

    [Theory]
    [InlineData("forecast")]
    [InlineData("char-lm")]
    [Trait("Category", "Campaign")]
    public async Task Cluster_NothingHappens_SameBitsAsOneProcess(string task)
    {
        using Experiment experiment = Of(task, steps: 500);
        string expected = await experiment.ExpectedAsync();
        long start = Stopwatch.GetTimestamp();
        await using var cluster = new AkkaCluster(experiment, "--servers", "2", "--min-workers", "3");
        (ClusterProcess[] candidates, ClusterProcess[] servers, ClusterProcess[] workers) = cluster.StartAll();
        await cluster.BeyondAsync(0, 0);
        Say($"{task}: first step {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after the first start");

        foreach (ClusterProcess process in (ClusterProcess[])[.. candidates, .. servers, .. workers])
            await process.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));

        // The run is there, and nothing is left to do.
        ClusterProcess late = cluster.Candidate(1);
        await late.EndsAsync(0);
        Assert.Contains("500 steps", late.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("forecast")]
    [InlineData("char-lm")]
    [Trait("Category", "Campaign")]
    public async Task Cluster_WorkersAreKilledAgainAndAgain_SameBits(string task)
    {
        using Experiment experiment = Of(task, steps: 400 + (Disturbances * Experiment.Setting("AKKALSTM_STEPS_EACH", 400)));
        string expected = await experiment.ExpectedAsync();
        await using var cluster = new AkkaCluster(experiment, "--servers", "2");
        (ClusterProcess[] candidates, _, ClusterProcess[] workers) = cluster.StartAll();
        await JoinedAsync(experiment, candidates[0], 3);
        var times = new List<double>();

        for (int kill = 0; kill < Disturbances; kill++)
        {
            Assert.False(candidates[0].HasExited, $"the job is too short for so many disturbances: {candidates[0].Text}");
            int before = await cluster.StepAsync(0) ?? 0;
            workers[kill % 3].Kill();
            long killed = Stopwatch.GetTimestamp();

            // The next step may have had all that it needs; the one after it is computed by those who are left.
            await cluster.BeyondAsync(0, before + 1);
            times.Add(Stopwatch.GetElapsedTime(killed).TotalSeconds);
            workers[kill % 3] = cluster.Member("worker");
            await JoinedAsync(experiment, candidates[0], 4 + kill);
            await Task.Delay(Pause);
        }

        await candidates[0].EndsAsync(0);
        Report($"{task}: kill -9 of a worker to the second step closed after it", times);
        Assert.Equal(expected, experiment.HashOf("run"));
        Assert.Single(experiment.Events("run"), e => e.Name == "generation-started");
    }

    [Fact]
    public async Task Cluster_CoordinatorIsKilled_TheOtherGoesOnFromWhatServersHold()
    {
        using Experiment experiment = Of("forecast", steps: 1000);
        string expected = await experiment.ExpectedAsync();
        await using var cluster = new AkkaCluster(experiment, "--servers", "2", "--checkpoint-every", "1000");
        (ClusterProcess[] candidates, _, _) = cluster.StartAll();
        await Experiment.UntilAsync(() => IsQuiet(experiment) || candidates[0].HasExited, "it is between two checkpoints");
        int before = experiment.Steps("run");

        candidates[0].Kill();
        long killed = Stopwatch.GetTimestamp();
        await cluster.BeyondAsync(1, before);
        Say($"kill -9 of the coordinator to the next step: {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.00} s");

        await candidates[1].EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
        string generation = experiment.Events("run").Last(e => e.Name == "generation-started").Line.ToString();
        Assert.True(generation.Contains("\"source\":\"servers\"", StringComparison.Ordinal), generation);
    }

    /// <summary>
    /// With 0 s it is put out and the other one goes on. With 25 s the other one has given up before, because the stopped one
    /// has the run directory; nodes come back to whoever is there.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [Trait("Category", "Campaign")]
    public async Task Cluster_CoordinatorGetsNoTimeForAWhile_TheJobGoesOnAndEndsEverywhere(int seconds)
    {
        using Experiment experiment = Of("forecast", steps: 1500);
        string expected = await experiment.ExpectedAsync();
        await using var cluster = new AkkaCluster(experiment, "--servers", "2");
        (ClusterProcess[] candidates, _, _) = cluster.StartAll();
        await Experiment.UntilAsync(() => experiment.Steps("run") >= 100 || candidates[0].HasExited, "it has made steps");

        ClusterProcess.Signal(candidates[0].Id, "STOP");
        await Experiment.UntilAsync(
            () => candidates[1].Text.Contains("another process is training in it", StringComparison.Ordinal),
            $"the other one is the coordinator, and waits for the run directory: {cluster.Texts()}");
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        int before = experiment.Steps("run");
        long start = Stopwatch.GetTimestamp();
        ClusterProcess.Signal(candidates[0].Id, "CONT");
        await Experiment.UntilAsync(
            () => experiment.Steps("run") > before || candidates.All(candidate => candidate.HasExited), "it goes on");
        Say($"stopped for {seconds} s and more: next steps {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after it was continued");

        await candidates[1].EndsAsync(0);
        await candidates[0].EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [Trait("Category", "Campaign")]
    public async Task Cluster_ServerIsKilled_SameBitsAndWithAStandbyNoStepIsLost(int replicas)
    {
        using Experiment experiment = Of("forecast", steps: 600);
        string expected = await experiment.ExpectedAsync();
        await using var cluster = new AkkaCluster(
            experiment, "--servers", "2", "--server-replicas", $"{replicas}", "--checkpoint-every", "50");
        (ClusterProcess[] candidates, ClusterProcess[] servers, _) = cluster.StartAll(2 * (1 + replicas));
        await Experiment.UntilAsync(() => experiment.Steps("run") >= 100 || candidates[0].HasExited, "it has made steps");
        int before = await cluster.StepAsync(0) ?? 0;

        servers[0].Kill();
        long killed = Stopwatch.GetTimestamp();
        cluster.Member("server");
        await cluster.BeyondAsync(0, before + 1);
        Say($"kill -9 of a server, {replicas} standby: beyond step {before} after {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.00} s");

        await candidates[0].EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
        if (replicas > 0)
            Assert.Equal(1, experiment.Count("run", "generation-started")); // it never went back
        else
            Assert.Contains(
                experiment.Events("run"),
                e => e.Name == "generation-started" && e.Line.ToString().Contains("\"source\":\"checkpoint\"", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Category", "Campaign")]
    public async Task Cluster_NodesAreAskedToEnd_WorkerLeavesAndTheStandbyGoesOn()
    {
        using Experiment experiment = Of("forecast", steps: 800);
        string expected = await experiment.ExpectedAsync();
        await using var cluster = new AkkaCluster(experiment, "--servers", "2");
        (ClusterProcess[] candidates, _, ClusterProcess[] workers) = cluster.StartAll();
        await JoinedAsync(experiment, candidates[0], 3);

        ClusterProcess.Signal(workers[0].Id, "TERM");
        await workers[0].EndsAsync(0);
        int before = experiment.Steps("run");
        long start = Stopwatch.GetTimestamp();
        ClusterProcess.Signal(candidates[0].Id, "TERM");
        await cluster.BeyondAsync(1, before);
        Say($"SIGTERM to the coordinator to the next step: {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s");
        await candidates[0].EndsAsync(0);

        await candidates[1].EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
        Assert.Equal(1, experiment.Count("run", "node-left"));
    }

    [Fact]
    [Trait("Category", "Campaign")]
    public async Task Cluster_AllAreAskedToEndAtOnce_WritesACheckpointAndGoesOnLater()
    {
        using Experiment experiment = Of("forecast", steps: 1500);
        string expected = await experiment.ExpectedAsync();
        int stopped;
        await using (var cluster = new AkkaCluster(experiment, "--servers", "2", "--checkpoint-every", "100000"))
        {
            (ClusterProcess[] candidates, ClusterProcess[] servers, ClusterProcess[] workers) = cluster.StartAll();
            await Experiment.UntilAsync(() => experiment.Steps("run") >= 50 || candidates[0].HasExited, "it has made steps");
            foreach (ClusterProcess process in (ClusterProcess[])[.. candidates, .. servers, .. workers])
                ClusterProcess.Signal(process.Id, "TERM");
            long start = Stopwatch.GetTimestamp();
            await candidates[0].EndsAsync(130);
            await candidates[1].EndsAsync(0);
            foreach (ClusterProcess process in (ClusterProcess[])[.. servers, .. workers])
                await process.EndsAsync(0);
            Say($"SIGTERM to all: they ended after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
            stopped = experiment.Count("run", "stop-accepted");
        }

        Assert.Equal(1, stopped);
        await using ClusterProcess resumed = ClusterProcess.Start(null, ["resume", experiment.Run("run"), "--workers", "2"]);
        await resumed.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
    }

    [Fact]
    [Trait("Category", "Campaign")]
    public async Task Cluster_OnlyCandidateIsAskedToEnd_WritesACheckpointAndGoesOnLater()
    {
        using Experiment experiment = Of("forecast", steps: 300);
        string expected = await experiment.ExpectedAsync();
        await using (var cluster = new AkkaCluster(experiment))
        {
            ClusterProcess candidate = cluster.Candidate(0);
            ClusterProcess server = cluster.Member("server");
            ClusterProcess worker = cluster.Member("worker");
            await Experiment.UntilAsync(() => experiment.Steps("run") >= 50 || candidate.HasExited, "it has made steps");
            ClusterProcess.Signal(candidate.Id, "TERM");
            await candidate.EndsAsync(130);
            await server.EndsAsync(0);
            await worker.EndsAsync(0);
        }

        await using ClusterProcess resumed = ClusterProcess.Start(
            null, ["resume", experiment.Run("run"), "--engine", "akka", "--workers", "2", "--servers", "1"]);
        await resumed.EndsAsync(0);
        Assert.Equal(expected, experiment.HashOf("run"));
    }

    private static Experiment Of(string task, int steps) => task == "forecast"
        ? new Experiment(steps, hidden: 64)
        : new Experiment(steps, hidden: 96, "--task", "char-lm", "--data", TextFile(), "--window", "32", "--batch", "16");

    /// <summary>Some text: this very source, and what lies beside the tests.</summary>
    private static string TextFile() => Path.Combine(AppContext.BaseDirectory, "cluster-config", "coordinator.conf");

    private static Task JoinedAsync(Experiment experiment, ClusterProcess coordinator, int count) => Experiment.UntilAsync(
        () => experiment.Count("run", "worker-joined") >= count || coordinator.HasExited, $"{count} workers have joined");

    /// <summary>In the middle of an epoch with all checkpoints on disk: a best state that is lost while it is written would
    /// have to be come by again.</summary>
    private static bool IsQuiet(Experiment experiment)
    {
        const int stepsPerEpoch = 68;
        int steps = experiment.Steps("run");
        return steps >= stepsPerEpoch
            && steps % stepsPerEpoch is > 15 and < 40
            && experiment.Count("run", "checkpoint-saved") + experiment.Count("run", "checkpoint-skipped") >= steps / stepsPerEpoch;
    }

    private void Report(string what, List<double> seconds)
    {
        Say($"{what}: {seconds.Count} times, median {Experiment.Spread(seconds)}");
    }

    private void Say(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
