using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Sessions;

/// <summary>One command line for a coordinator that may be started again at any time.</summary>
public sealed class RunOrResumeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static PlanOptions Plan => new() { Hidden = 4, Window = 12, Batch = 128, Shards = 4, Epochs = 2, Steps = 12 };

    [Fact]
    public async Task RunOrResumeAsync_StoppedInBetween_GivesTheBitsOfOneRun()
    {
        TrainingResult whole = await RunAsync(Plan, "whole");
        using var observer = new RecordingObserver(stopAfterStep: 5);
        TrainingResult first = await RunAsync(Plan, "parts", observer);

        TrainingResult second = await RunAsync(Plan, "parts");

        Assert.Equal(TrainingStatus.Interrupted, first.Status);
        Assert.Equal(TrainingStatus.Completed, second.Status);
        Assert.Equal(whole.ParameterHash, second.ParameterHash);
    }

    [Fact]
    public async Task RunOrResumeAsync_CompletedRun_EndsAtOnceWithTheSameResult()
    {
        TrainingResult first = await RunAsync(Plan, "run");
        var observer = new RecordingObserver();

        TrainingResult second = await RunAsync(Plan, "run", observer);

        Assert.Equal(TrainingStatus.Completed, second.Status);
        Assert.Equal(first.ParameterHash, second.ParameterHash);
        Assert.Equal(first.LastCheckpoint, second.LastCheckpoint);
        Assert.Empty(observer.Steps);
    }

    [Fact]
    public async Task Prepare_RunInItsSteps_SaysWhenItIsComplete()
    {
        var options = new RunOptions { OutputDirectory = _directory["run"] };
        Func<bool> isComplete = TrainingSession.Prepare(TrainingPlan.Resolve(Plan), options);
        bool before = isComplete();
        using var observer = new RecordingObserver(stopAfterStep: 5);
        await RunAsync(Plan, "run", observer);
        bool inBetween = isComplete();

        await RunAsync(Plan, "run");

        Assert.Equal((false, false, true), (before, inBetween, isComplete()));
    }

    [Fact]
    public async Task Prepare_WhatTrainingWouldRefuse_IsRefusedBefore()
    {
        await RunAsync(Plan, "run");
        var options = new RunOptions { OutputDirectory = _directory["run"] };

        var other = Assert.Throws<BadInputException>(
            () => TrainingSession.Prepare(TrainingPlan.Resolve(Plan with { Hidden = 5 }), options));
        var missing = Assert.Throws<BadInputException>(
            () => TrainingSession.Prepare(TrainingPlan.Resolve(Plan with { Data = _directory["no.csv"] }), options));

        Assert.Contains("--hidden is 4 there and 5 here", other.Message, StringComparison.Ordinal);
        Assert.Contains("no.csv", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOrResumeAsync_DirectoryOfAProcessKilledBeforeItsPlanWasWritten_IsTaken()
    {
        Directory.CreateDirectory(_directory["run/checkpoints"]);
        _directory.Write("run/.lock", "");
        _directory.Write("run/job.json.tmp", "{");

        Assert.Equal(TrainingStatus.Completed, (await RunAsync(Plan, "run")).Status);
    }

    [Fact]
    public async Task RunOrResumeAsync_DirectoryWithOtherThings_IsRefused()
    {
        Directory.CreateDirectory(_directory["run"]);
        _directory.Write("run/thesis.txt", "");

        var e = await Assert.ThrowsAsync<BadInputException>(() => RunAsync(Plan, "run"));

        Assert.Contains("is not empty", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOrResumeAsync_OtherPlan_IsRefusedByTheOptionThatDiffers()
    {
        await RunAsync(Plan, "run");

        var e = await Assert.ThrowsAsync<BadInputException>(() => RunAsync(Plan with { Hidden = 5 }, "run"));

        Assert.Contains("--hidden is 4 there and 5 here", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOrResumeAsync_NoDirectory_IsRefused()
    {
        var e = await Assert.ThrowsAsync<BadInputException>(() => TrainingSession.RunOrResumeAsync(
            TrainingPlan.Resolve(Plan), new RunOptions(), TestRuns.Engine, new RecordingObserver(), default));

        Assert.Contains("--out", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumeAsync_DamagedRunIdentity_GoesOnAsANewRunAndSaysSo()
    {
        using var observer = new RecordingObserver(stopAfterStep: 5);
        await RunAsync(Plan, "run", observer);
        _directory.Write("run/run.json", "damaged");
        var second = new RecordingObserver();

        TrainingResult result = await RunAsync(Plan, "run", second);

        Assert.Equal(TrainingStatus.Completed, result.Status);
        Assert.Contains(second.Notices, notice => notice.Name == "run-identity-lost");
    }

    private Task<TrainingResult> RunAsync(PlanOptions plan, string name, RecordingObserver? observer = null) =>
        TrainingSession.RunOrResumeAsync(
            TrainingPlan.Resolve(plan),
            new RunOptions
            {
                OutputDirectory = _directory[name], Servers = 1, Checkpoints = new CheckpointSchedule { EverySteps = 3 },
            },
            TestRuns.Engine,
            observer ?? new RecordingObserver(),
            observer?.Stop ?? CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(2));
}
