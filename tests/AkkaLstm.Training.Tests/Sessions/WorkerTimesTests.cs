using System.Text.Json;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Sessions;

public sealed class WorkerTimesTests : IDisposable
{
    private static readonly PlanOptions Plan =
        new() { Hidden = 4, Batch = 16, Shards = 4, Window = 12, Horizon = 2, Epochs = 2 };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task RunAsync_TwoWorkers_SumsWhatEachDidOverAllSteps()
    {
        using var observer = new RecordingObserver();

        TrainingResult result = await TestRuns.TrainAsync(
            Plan, new RunOptions { Workers = 2, OutputDirectory = _directory["run"] }, observer: observer);

        Assert.Equal([0, 1], result.Workers.Select(worker => worker.Worker.Index));
        Assert.Equal(4 * result.Steps, result.Workers.Sum(worker => worker.ShardCount));
        foreach (WorkerTiming worker in result.Workers)
        {
            WorkerTiming[] steps =
                [.. observer.Steps.SelectMany(step => step.Workers!).Where(w => w.Worker == worker.Worker)];
            Assert.Equal(steps.Sum(step => step.Compute.Ticks), worker.Compute.Ticks);
            Assert.Equal(steps.Sum(step => step.Transfer.Ticks), worker.Transfer.Ticks);
            Assert.Equal(steps.Sum(step => step.Wait.Ticks), worker.Wait.Ticks);
            Assert.True(worker.Compute > TimeSpan.Zero);
        }

        Assert.All(observer.Steps, step => Assert.True(step.Duration > TimeSpan.Zero));
    }

    [Fact]
    public async Task RunAsync_TwoWorkers_WritesTheirTimesWithEveryEpoch()
    {
        TrainingResult result = await TestRuns.TrainAsync(
            Plan, new RunOptions { Workers = 2, OutputDirectory = _directory["run"] });

        JsonElement[] epochs = Epochs();
        Assert.Equal(2, epochs.Length);
        JsonElement[] workers = [.. epochs.SelectMany(epoch => epoch.GetProperty("workers").EnumerateArray())];
        Assert.Equal([1, 2, 1, 2], workers.Select(worker => worker.GetProperty("worker").GetInt32()));
        Assert.Equal(4 * result.Steps, workers.Sum(worker => worker.GetProperty("shards").GetInt32()));
        Assert.All(workers, worker => Assert.True(worker.GetProperty("computeSeconds").GetDouble() > 0));
        Assert.All(workers, worker => Assert.True(worker.GetProperty("transferSeconds").GetDouble() >= 0));
        Assert.All(workers, worker => Assert.True(worker.GetProperty("waitSeconds").GetDouble() >= 0));
    }

    [Fact]
    public async Task RunAsync_OneWorker_HasNobodyToCompareWith()
    {
        TrainingResult result = await TestRuns.TrainAsync(
            Plan, new RunOptions { Workers = 1, OutputDirectory = _directory["run"] });

        Assert.Single(result.Workers);
        Assert.All(Epochs(), epoch => Assert.False(epoch.TryGetProperty("workers", out _)));
    }

    private JsonElement[] Epochs() =>
    [
        .. File.ReadLines(Path.Combine(_directory["run"], "metrics.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("type").GetString() == "epoch"),
    ];
}
