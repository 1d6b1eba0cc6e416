using System.Globalization;
using Xunit.Abstractions;

namespace AkkaLstm.Cluster.Tests;

/// <summary>How long a worker takes from the start of its process until it takes part, by how many are there.</summary>
public sealed class JoiningTests(ITestOutputHelper output)
{
    private static readonly int MostWorkers = Experiment.Setting("AKKALSTM_NODES", 4);
    private static readonly int Repetitions = Experiment.Setting("AKKALSTM_REPETITIONS", 1);

    [Fact]
    public async Task Worker_Joins_WhateverTheirNumber()
    {
        using var experiment = new Experiment(Experiment.Endless, hidden: 16);
        int port = NodesTests.FreePort();

        // It waits for more than ever come: nobody computes, and what is measured is joining.
        await using LoggedNode coordinator = LoggedNode.Start(
            [
                "--role", "coordinator", "--listen", $"127.0.0.1:{port}", .. experiment.Plan, "--workers",
                $"{MostWorkers + 1}", "--min-workers", $"{MostWorkers + 1}", "--out", experiment.Run("run"),
            ]);
        await using LoggedNode server = LoggedNode.Start(["--role", "server", "--join", $"127.0.0.1:{port}"]);
        await using var workers = new LoggedWorkers(port);
        int joined = 0;
        for (int count = 2; count <= MostWorkers; count *= 2)
        {
            while (workers.Count < count - 1)
                await JoinAsync();
            var seconds = new List<double>();
            for (int i = 0; i < Repetitions; i++)
            {
                seconds.Add(await JoinAsync());
                await workers.KillAsync(workers[^1]);
            }

            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"worker {count} joins in {Experiment.Spread(seconds)}, {Repetitions} times"));
        }

        async Task<double> JoinAsync()
        {
            DateTime start = DateTime.UtcNow;
            workers.Start();
            joined++;
            DateTime[] times = [];
            await Experiment.UntilAsync(() => (times = Joins()).Length >= joined || coordinator.Process.HasExited, "it has joined");
            Assert.False(coordinator.Process.HasExited, coordinator.Process.Text);
            return (times[joined - 1] - start).TotalSeconds;
        }

        DateTime[] Joins() =>
            [.. coordinator.Entries().Where(entry => entry.Event == "worker-joined").Select(entry => entry.Time)];
    }
}
