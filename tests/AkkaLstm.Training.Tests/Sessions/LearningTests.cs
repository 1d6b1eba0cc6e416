using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Sessions;

/// <summary>That training learns, on problems whose answers are known.</summary>
public sealed class LearningTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task RunAsync_Reber_FindsTheGrammar()
    {
        var plan = new PlanOptions
        {
            Data = "builtin:reber", Hidden = 24, TrainSequences = 1500, Epochs = 3, Lr = 0.01,
        };
        using var observer = new RecordingObserver();

        TrainingResult result = await TestRuns.TrainAsync(
            plan, new RunOptions { OutputDirectory = _directory["reber"], Workers = 2 }, observer: observer);

        Assert.True(
            observer.Epochs[^1].TrainingLoss < 0.7 * observer.Epochs[0].TrainingLoss,
            $"{observer.Epochs[0].TrainingLoss} to {observer.Epochs[^1].TrainingLoss}");
        Assert.True(result.Test!.Model["accuracy"] > 0.8, $"accuracy {result.Test.Model["accuracy"]}");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    public async Task RunAsync_ReberUntilAllAreRight_StopsThereForAnyWorkers(int workers, int servers)
    {
        var plan = new PlanOptions
        {
            Data = "builtin:reber", Hidden = 16, TrainSequences = 512, EvaluationSequences = 64, Epochs = 60, Lr = 0.02,
            StopAtAccuracy = 1,
        };
        using var observer = new RecordingObserver();

        TrainingResult result = await TestRuns.TrainAsync(
            plan,
            new RunOptions { OutputDirectory = _directory[$"until-{workers}"], Workers = workers, Servers = servers },
            observer: observer);

        Assert.True(result is { IsStoppedEarly: true, IsAccuracyReached: true }, $"{result.Epochs} epochs");
        Assert.Equal(1.0, observer.Epochs[^1].ValidationAccuracy);
        Assert.All(observer.Epochs.SkipLast(1), epoch => Assert.True(epoch.ValidationAccuracy < 1));
        Assert.Equal(result.BestCheckpoint, result.LastCheckpoint);
        TrainingResult other = await TestRuns.TrainAsync(
            plan, new RunOptions { OutputDirectory = _directory["three"], Workers = 3 });
        Assert.Equal(other.ParameterHash, result.ParameterHash);
    }

    [Fact]
    public async Task RunAsync_Sunspots_BeatsTheNaiveForecasts()
    {
        TrainingResult result = await TestRuns.TrainAsync(
            new PlanOptions { Epochs = 4 }, new RunOptions { OutputDirectory = _directory["sunspots"] });

        double model = result.Test!.Model["rmse"]!.Value;
        Assert.True(
            model < result.Test.Methods.Single(method => method.Method == "persistence")["rmse"], $"rmse {model}");
        Assert.True(
            model < result.Test.Methods.Single(method => method.Method == "seasonal-naive")["rmse"], $"rmse {model}");
    }

    [Fact]
    public async Task RunAsync_Metrics_HaveALineForStepsAndEpochs()
    {
        var plan = new PlanOptions { Hidden = 4, Window = 6, Horizon = 1, Batch = 256, Epochs = 2 };

        TrainingResult result = await TestRuns.TrainAsync(
            plan, new RunOptions { OutputDirectory = _directory["run"], MetricsEverySteps = 1 });

        string[] lines = File.ReadAllLines(Path.Combine(_directory["run"], "metrics.jsonl"));
        Assert.Equal(result.Steps, lines.Count(line => line.Contains("\"type\":\"step\"", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(line => line.Contains("\"type\":\"epoch\"", StringComparison.Ordinal)));
        Assert.All(lines, line => System.Text.Json.JsonDocument.Parse(line).Dispose());
        Assert.All(
            File.ReadAllLines(Path.Combine(_directory["run"], "events.jsonl")),
            line => System.Text.Json.JsonDocument.Parse(line).Dispose());
    }
}
