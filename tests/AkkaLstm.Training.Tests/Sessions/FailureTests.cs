using AkkaLstm.Models.Optimizers;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Sessions;

/// <summary>What the user is told when a run cannot go on, and that nothing written is lost.</summary>
public sealed class FailureTests : IDisposable
{
    private static readonly PlanOptions Plan = new() { Hidden = 4, Window = 6, Horizon = 1, Batch = 256, Epochs = 2 };

    private static readonly PlanOptions PlanThatStopsEarly =
        Plan with { Lr = 0.3, Optimizer = OptimizerKind.Adam, Epochs = 60, Patience = 2, Clip = 0 };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private RunOptions Run => new() { OutputDirectory = _directory["run"] };

    [Fact]
    public async Task RunAsync_LossExplodes_FailsAndNamesStepAndRemedy()
    {
        TrainingResult result = await TestRuns.TrainAsync(
            Plan with
            {
                Optimizer = OptimizerKind.Sgd,
                Lr = 1e30,
                Clip = 0,
                Init = new InitChoice(Models.Parameters.InitKind.Uniform, 0.1),
            },
            Run);

        Assert.Equal(TrainingStatus.Failed, result.Status);
        Assert.Matches(
            "step [0-9]+: the (loss|gradient) is not finite; use a smaller --lr than 1E\\+30 or --clip 1",
            result.Reason);
    }

    [Fact]
    public async Task ResumeAsync_DiskFailsAtACheckpoint_FailsAndCanBeResumed()
    {
        TrainingResult whole = await TestRuns.TrainAsync(
            Plan with { Epochs = 4 }, new RunOptions { OutputDirectory = _directory["whole"] });
        TrainingResult first = await TestRuns.TrainAsync(Plan, Run);
        string obstacle = Path.Combine(_directory["run"], "checkpoints", $".tmp-step-{first.Steps * 3 / 2:D8}");
        File.WriteAllText(obstacle, "in the way of the third epoch's checkpoint");

        TrainingResult failed = await TestRuns.ResumeAsync(_directory["run"], new RunOptions { Epochs = 4 });

        Assert.Equal(TrainingStatus.Failed, failed.Status);
        Assert.Contains("cannot be written", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(first.ParameterHash, Inspector.Inspect(_directory["run"]).ParameterHash);

        File.Delete(obstacle);
        TrainingResult resumed = await TestRuns.ResumeAsync(_directory["run"], new RunOptions { Epochs = 4 });
        Assert.Equal(whole.ParameterHash, resumed.ParameterHash);
    }

    [Fact]
    public async Task RunAsync_MetricsCannotBeWritten_IsAStorageException()
    {
        await TestRuns.TrainAsync(Plan, Run);
        File.Delete(Path.Combine(_directory["run"], "metrics.jsonl"));
        Directory.CreateDirectory(Path.Combine(_directory["run"], "metrics.jsonl"));

        var e = await Assert.ThrowsAsync<StorageException>(
            () => TestRuns.ResumeAsync(_directory["run"], new RunOptions()));

        Assert.Contains("metrics.jsonl: cannot be written", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumeAsync_DataChanged_IsRefused()
    {
        string csv = _directory.Write(
            "data.csv", "x\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i % 7}\n")));
        await TestRuns.TrainAsync(Plan with { Data = csv, Batch = 32 }, Run);
        File.AppendAllText(csv, "3\n");

        var e = await Assert.ThrowsAsync<BadInputException>(
            () => TestRuns.ResumeAsync(_directory["run"], new RunOptions()));

        Assert.StartsWith(csv + ": was changed after the run began", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumeAsync_CheckpointOfAnotherPlan_IsRefused()
    {
        await TestRuns.TrainAsync(Plan, Run);
        TrainingResult other = await TestRuns.TrainAsync(
            Plan with { Seed = 2, Epochs = 3 }, new RunOptions { OutputDirectory = _directory["other"] });
        Directory.Move(
            other.LastCheckpoint!,
            Path.Combine(_directory["run"], "checkpoints", Path.GetFileName(other.LastCheckpoint)!));

        var e = await Assert.ThrowsAsync<BadInputException>(
            () => TestRuns.ResumeAsync(_directory["run"], new RunOptions()));

        Assert.Contains("belongs to other plan", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumeAsync_EveryCheckpointDamaged_KeepsWhatItWritesFromTheBeginning()
    {
        TrainingResult whole = await TestRuns.TrainAsync(Plan with { Epochs = 4 }, Run);
        foreach (CheckpointSummary checkpoint in Inspector.Inspect(_directory["run"]).Checkpoints)
            File.WriteAllText(Path.Combine(checkpoint.Path, "parameters.safetensors"), "damaged");

        // As many as are kept, however many the run itself had time to write.
        foreach (int step in (int[])[90_000_001, 90_000_002, 90_000_003])
            Directory.CreateDirectory(Path.Combine(_directory["run"], "checkpoints", $"step-{step}"));

        using var observer = new RecordingObserver(stopAfterStep: 1);
        TrainingResult stopped = await TestRuns.ResumeAsync(
            _directory["run"], new RunOptions(), observer: observer, stop: observer.Stop);
        var next = new RecordingObserver();
        TrainingResult resumed = await TestRuns.ResumeAsync(_directory["run"], new RunOptions(), observer: next);

        Assert.Equal((TrainingStatus.Interrupted, 0L), (stopped.Status, observer.Started!.FirstStep));
        Assert.True(stopped.Steps < whole.Steps / 4, $"it stopped at step {stopped.Steps} only");
        Assert.Equal(stopped.LastCheckpoint, next.Started!.ResumedFrom);
        Assert.Equal(whole.ParameterHash, resumed.ParameterHash);
    }

    [Fact]
    public async Task ResumeAsync_BestDamagedAndNewestWhole_SaysOfWhichTheTestFiguresAre()
    {
        TrainingResult first = await TestRuns.TrainAsync(PlanThatStopsEarly, Run);
        string best = first.BestCheckpoint!;
        File.WriteAllText(Path.Combine(best, "parameters.safetensors"), "damaged");
        var observer = new RecordingObserver();

        TrainingResult result = await TestRuns.ResumeAsync(_directory["run"], new RunOptions(), observer: observer);

        Assert.NotEqual(first.LastCheckpoint, best);
        Assert.NotEqual(best, result.BestCheckpoint);
        Assert.Contains(best, Assert.Single(observer.Notices, n => n.Name == "checkpoint-skipped").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_BadData_LeavesNoRunDirectory()
    {
        string csv = _directory.Write("data.csv", "x\n1\n2\nthree\n");

        await Assert.ThrowsAsync<BadInputException>(() => TestRuns.TrainAsync(Plan with { Data = csv }, Run));

        Assert.False(Directory.Exists(_directory["run"]));
    }

    [Fact]
    public async Task RunAsync_OptionsOutOfRange_NameTheOption()
    {
        var e = await Assert.ThrowsAsync<BadInputException>(
            () => TestRuns.TrainAsync(Plan, Run with { Workers = 0 }));

        Assert.Equal("--workers: 0 is out of range; use from 1 to 1024", e.Message);
    }

    [Fact]
    public async Task RunAsync_StepLimitInMidEpoch_EndsThereWithACheckpoint()
    {
        TrainingResult result = await TestRuns.TrainAsync(Plan with { Steps = 3 }, Run);

        Assert.Equal((TrainingStatus.Completed, 3L), (result.Status, result.Steps));
        Assert.Equal(3, Inspector.Inspect(result.RunDirectory).Progress!.Step);
    }

    [Fact]
    public async Task RunAsync_NoProgressForPatienceEpochs_StopsEarlyAndKeepsTheBest()
    {
        using var observer = new RecordingObserver();
        TrainingResult result = await TestRuns.TrainAsync(
            PlanThatStopsEarly,
            Run,
            observer: observer);

        Assert.True(result.IsStoppedEarly);
        Assert.Equal(result.BestEpoch + 3, result.Epochs);
        Assert.Equal(observer.Epochs.Min(epoch => epoch.ValidationLoss), result.BestValidationLoss);
        Assert.Equal(
            (result.BestEpoch!.Value + 1) * (result.Steps / result.Epochs),
            ModelFile.Open(result.RunDirectory).Progress!.Step);
    }

    [Fact]
    public async Task RunAsync_CheckpointEverySteps_WritesThem()
    {
        await TestRuns.TrainAsync(
            Plan with { Steps = 7 },
            Run with { Checkpoints = new CheckpointSchedule { EverySteps = 2, AtEpochEnd = false } });

        // The first one is always written; later ones are left out while the disk is busy.
        Assert.Contains(
            Inspector.Inspect(_directory["run"]).Checkpoints, checkpoint => checkpoint.Step is 2 or 4 or 6);
    }
}
