using System.Text.Json;
using Xunit.Abstractions;

namespace AkkaLstm.Cluster.Tests;

/// <summary>
/// How soon the tasks of a worker that is lost run elsewhere: by the workers' own logs, from the signal to the moment
/// when every shard of a step has been begun by the others.
/// </summary>
public sealed class TakeoverTests(ITestOutputHelper output)
{
    private const int Shards = 8;
    private const int Workers = 3;

    private static readonly int Losses = Experiment.Setting("AKKALSTM_DISTURBANCES", 2);
    private static readonly int Hidden = Experiment.Setting("AKKALSTM_HIDDEN", 128);

    [Fact]
    public Task Worker_IsKilled_ItsTasksRunElsewhere() => LoseAsync("killed", worker => worker.Kill());

    [Fact]
    public Task Worker_Hangs_ItsTasksRunElsewhere() => LoseAsync("stopped", worker => ClusterProcess.Signal(worker.Id, "STOP"));

    private async Task LoseAsync(string what, Action<ClusterProcess> lose)
    {
        using var experiment = new Experiment(Experiment.Endless, Hidden);
        int port = NodesTests.FreePort();
        await using LoggedNode coordinator = LoggedNode.Start(
            [
                "--role", "coordinator", "--listen", $"127.0.0.1:{port}", .. experiment.Plan, "--shards",
                $"{Shards}", "--out", experiment.Run("run"),
            ]);
        await using LoggedNode server = LoggedNode.Start(["--role", "server", "--join", $"127.0.0.1:{port}"]);
        await using var workers = new LoggedWorkers(port);
        for (int i = 0; i < Workers; i++)
            workers.Start();
        var seconds = new List<double>();
        for (int loss = 0; loss < Losses; loss++)
        {
            await Experiment.UntilAsync(
                () => workers.TrueForAll(worker => Begun(worker).Count() > 5) || coordinator.Process.HasExited,
                "all workers compute");
            Assert.False(coordinator.Process.HasExited, coordinator.Process.Text);
            LoggedNode lost = workers[Random.Shared.Next(workers.Count)];
            LoggedNode[] others = [.. workers.Where(worker => worker != lost)];

            DateTime at = DateTime.UtcNow;
            lose(lost.Process);
            double? taken = null;
            await Experiment.UntilAsync(
                () => (taken = TakenOver(others, at)) is not null || coordinator.Process.HasExited, "others have its tasks");
            Assert.False(coordinator.Process.HasExited, coordinator.Process.Text);
            seconds.Add(taken!.Value);
            await workers.KillAsync(lost);
            workers.Start();
        }

        output.WriteLine($"{what} {seconds.Count} times, its tasks run elsewhere after {Experiment.Spread(seconds)}");
    }

    /// <summary>Seconds until a step has been begun by these workers in all its shards; null while there is none.</summary>
    private static double? TakenOver(LoggedNode[] workers, DateTime since)
    {
        var begun = new Dictionary<long, DateTime?[]>();
        foreach ((long step, int start, int count, DateTime time) in workers.SelectMany(Begun))
        {
            if (!begun.TryGetValue(step, out DateTime?[]? shards))
                begun[step] = shards = new DateTime?[Shards];
            for (int shard = start; shard < start + count; shard++)
                shards[shard] = shards[shard] is { } before && before < time ? before : time;
        }

        // Steps that these workers computed alone before the signal do not count.
        double[] complete =
        [
            .. begun.Values.Where(shards => Array.TrueForAll(shards, time => time is not null))
                .Select(shards => (shards.Max()!.Value - since).TotalSeconds).Where(seconds => seconds >= 0),
        ];
        return complete.Length == 0 ? null : complete.Min();
    }

    private static IEnumerable<(long Step, int Start, int Count, DateTime Time)> Begun(LoggedNode worker) =>
        worker.Entries().Where(entry => entry.Event == "tasks-begun").Select(entry =>
        {
            JsonElement shards = entry.Line.GetProperty("shards");
            return (
                entry.Line.GetProperty("step").GetInt64(), shards.GetProperty("start").GetInt32(),
                shards.GetProperty("count").GetInt32(), entry.Time);
        });
}
