using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Sessions;

/// <summary>
/// The first two promises at small size: the same job gives the same bits, whoever computes it and whatever
/// breaks on the way.
/// </summary>
public sealed class SameBitsTests : IDisposable
{
    private readonly BitRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    /// <summary>
    /// A language model with carried state, dropout, clipping and two moments: all that has a state is in it.
    /// </summary>
    private PlanOptions TextPlan => new()
    {
        Data = WriteText(),
        Task = DataTask.CharLm,
        Hidden = 8,
        Layers = 2,
        Embedding = 5,
        Dropout = 0.3,
        Window = 6,
        Batch = 8,
        Shards = 8,
        Epochs = 3,
        Lr = 0.01,
        Clip = 0.5,
        Seed = 11,
    };

    private static PlanOptions ForecastPlan => new()
    {
        Hidden = 6,
        Window = 12,
        Horizon = 3,
        Batch = 128,
        Shards = 4,
        Epochs = 2,
        Optimizer = OptimizerKind.Momentum,
        Lr = 0.01,
    };

    private static PlanOptions RidgePlan => ForecastPlan with
    {
        Cell = CellKind.Esn, Ridge = 0.01, Hidden = 24, Layers = 2, Epochs = null, Optimizer = null, Lr = null,
    };

    private string WriteText()
    {
        string path = _runs.Directory["text.txt"];
        File.WriteAllText(path, string.Concat(Enumerable.Range(0, 90).Select(i => $"line {i * i % 97} of the text\n")));
        return path;
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    public async Task RunAsync_OtherWorkersAndServers_SameParameters(int workers, int servers)
    {
        (string, PlanOptions)[] plans =
        [
            ("text", TextPlan), ("forecast", ForecastPlan),
            ("attention", ForecastPlan with { Attention = AttentionKind.Additive }),
            ("quantiles", ForecastPlan with { Quantiles = [0.1, 0.5, 0.9], Difference = 12 }),
            ("ridge", RidgePlan),
        ];
        foreach ((string name, PlanOptions plan) in plans)
            await _runs.AssertSameAsync(plan, workers, servers, name);
    }

    public static TheoryData<CellKind> Cells => [.. Enum.GetValues<CellKind>()];

    [Theory]
    [MemberData(nameof(Cells))]
    public Task RunAsync_EveryCell_SameParametersWithOtherWorkersAndServers(CellKind cell) =>
        _runs.AssertSameAsync(TextPlan with { Cell = cell, Epochs = 1 }, workers: 3, servers: 2);

    [Fact]
    public async Task RunAsync_EveryRegularization_SameParametersWithOtherWorkersAndServers()
    {
        PlanOptions plan = TextPlan with
        {
            DropoutSites = DropoutSites.AllNonRecurrent,
            DropoutKind = DropoutKind.Locked,
            WeightDrop = 0.3,
            EmbeddingDropout = 0.2,
            Zoneout = 0.1,
            ZoneoutState = 0.3,
            Head = HeadKind.Tied,
            Embedding = null,
            Ar = 2,
            Tar = 1,
            Epochs = 2,
        };
        TrainingResult one = await _runs.AssertSameAsync(plan, workers: 3, servers: 2);
        TrainingResult other = await TestRuns.TrainAsync(plan with { Seed = 12 }, _runs.Run("other"));

        Assert.NotEqual(one.ParameterHash, other.ParameterHash);
    }

    [Fact]
    public async Task RunAsync_BothDirections_SameParametersWithOtherWorkersAndServers()
    {
        var plan = new PlanOptions
        {
            Data = "builtin:adding",
            Window = 10,
            Hidden = 6,
            Layers = 2,
            Cell = CellKind.LstmProjected,
            Direction = LayerDirection.Both,
            Batch = 8,
            TrainSequences = 32,
            Epochs = 1,
        };
        await _runs.AssertSameAsync(plan, workers: 3, servers: 2);
    }

    [Fact]
    public async Task ResumeAsync_StoppedInMidEpochThreeTimes_SameParameters()
    {
        TrainingResult whole = await TestRuns.TrainAsync(TextPlan, _runs.Run("whole"));

        TrainingResult result = await StopAfter(
            5,
            observer => TestRuns.TrainAsync(TextPlan, _runs.Run("parts", 2, 3), observer: observer, stop: observer.Stop));
        Assert.Equal(TrainingStatus.Interrupted, result.Status);
        Assert.InRange(result.Steps, 5, 8);
        result = await StopAfter(
            9,
            observer => TestRuns.ResumeAsync(
                _runs.Directory["parts"], new RunOptions { Servers = 2 }, observer: observer, stop: observer.Stop));
        Assert.InRange(result.Steps, 9, 19);
        result = await StopAfter(
            20,
            observer => TestRuns.ResumeAsync(
                _runs.Directory["parts"], new RunOptions { Workers = 3 }, observer: observer, stop: observer.Stop));
        Assert.InRange(result.Steps, 20, whole.Steps - 1);
        result = await TestRuns.ResumeAsync(_runs.Directory["parts"], new RunOptions { Workers = 2 });

        Assert.Equal(TrainingStatus.Completed, result.Status);
        Assert.Equal(whole.Steps, result.Steps);
        Assert.Equal(whole.ParameterHash, result.ParameterHash);
        Assert.Equal(whole.BestValidationLoss, result.BestValidationLoss);
        Assert.Equal(StepLines("whole"), StepLines("parts"));
    }

    [Fact]
    public async Task ResumeAsync_NewestCheckpointDamaged_TakesTheOlderAndGetsTheSameParameters()
    {
        TrainingResult whole = await TestRuns.TrainAsync(TextPlan, _runs.Run("whole"));
        TrainingResult stopped = await StopAfter(
            17, observer => TestRuns.TrainAsync(TextPlan, _runs.Run("damaged"), observer: observer, stop: observer.Stop));
        File.WriteAllText(Path.Combine(stopped.LastCheckpoint!, "optimizer.safetensors"), "damaged");
        using var observer = new RecordingObserver();

        TrainingResult result = await TestRuns.ResumeAsync(
            _runs.Directory["damaged"], new RunOptions(), observer: observer);

        Assert.True(observer.Started!.FirstStep < 17, $"went on from step {observer.Started.FirstStep}");
        Assert.Contains(observer.Notices, notice => notice.Name == "checkpoint-skipped");
        Assert.Equal(whole.ParameterHash, result.ParameterHash);
    }

    [Fact]
    public async Task ResumeAsync_NoCheckpointYet_BeginsAnew()
    {
        TrainingResult whole = await TestRuns.TrainAsync(TextPlan, _runs.Run("whole"));
        await TestRuns.TrainAsync(TextPlan, _runs.Run("empty"));
        Directory.Delete(Path.Combine(_runs.Directory["empty"], "checkpoints"), recursive: true);

        TrainingResult result = await TestRuns.ResumeAsync(_runs.Directory["empty"], new RunOptions());

        Assert.Equal(whole.ParameterHash, result.ParameterHash);
    }

    [Fact]
    public async Task ResumeAsync_CompleteRunWithMoreEpochs_EqualsTheLongRun()
    {
        TrainingResult longRun = await TestRuns.TrainAsync(TextPlan with { Epochs = 4 }, _runs.Run("long"));
        await TestRuns.TrainAsync(TextPlan with { Epochs = 2 }, _runs.Run("short"));

        TrainingResult result = await TestRuns.ResumeAsync(_runs.Directory["short"], new RunOptions { Epochs = 4 });

        Assert.Equal(longRun.ParameterHash, result.ParameterHash);
        Assert.Equal(4, result.Epochs);
    }

    [Fact]
    public async Task RunAsync_WorkersFailNowAndThen_SameParametersAndTheRunIsNotLost()
    {
        TrainingResult whole = await TestRuns.TrainAsync(TextPlan, _runs.Run("whole"));
        using var observer = new RecordingObserver();
        int failures = 0;
        JobEngine faulty = TestRuns.EngineWith(executors => new FaultyExecutors(
            executors,
            (node, incarnation, order) =>
                node.Role == NodeRole.Worker && incarnation < 2 && order is ComputeShards { Fence.Step: var step }
                && step == (node.Index * 4) + 3 + incarnation && Interlocked.Increment(ref failures) > 0));

        TrainingResult result = await TestRuns.TrainAsync(
            TextPlan, _runs.Run("faulty", workers: 2, servers: 2), faulty, observer);

        Assert.True(failures >= 2, $"{failures} failures were planted");
        Assert.Equal(TrainingStatus.Completed, result.Status);
        Assert.Equal(whole.ParameterHash, result.ParameterHash);
        Assert.Contains(observer.Notices, notice => notice.Name == "node-failed");
    }

    [Fact]
    public async Task RunAsync_ServerFails_RestoresAndGetsTheSameParameters()
    {
        TrainingResult whole = await TestRuns.TrainAsync(TextPlan, _runs.Run("whole"));
        JobEngine faulty = TestRuns.EngineWith(executors => new FaultyExecutors(
            executors,
            (node, incarnation, order) =>
                node == NodeId.Server(1) && incarnation == 0 && order is ApplySlice { Fence.Step: 10 }));

        TrainingResult result = await TestRuns.TrainAsync(TextPlan, _runs.Run("faulty", workers: 2, servers: 2), faulty);

        Assert.Equal(TrainingStatus.Completed, result.Status);
        Assert.Equal(whole.ParameterHash, result.ParameterHash);
        Assert.Equal(StepLines("whole"), StepLines("faulty"));
    }

    [Fact]
    public async Task RunAsync_WorkerThatAlwaysFails_FailsWithTheCause()
    {
        JobEngine faulty = TestRuns.EngineWith(executors => new FaultyExecutors(
            executors, (node, _, order) => node.Role == NodeRole.Worker && order is ComputeShards { Fence.Step: 4 }));

        TrainingResult result = await TestRuns.TrainAsync(TextPlan, _runs.Run("broken"), faulty);

        Assert.NotEqual(TrainingStatus.Completed, result.Status);
        Assert.NotNull(result.Reason);
    }

    [Fact]
    public async Task Inspect_RunAndItsCheckpoints_HashesAgree()
    {
        TrainingResult result = await TestRuns.TrainAsync(ForecastPlan, _runs.Run("run"));

        InspectionReport run = Inspector.Inspect(_runs.Directory["run"]);

        Assert.Equal(result.ParameterHash, run.ParameterHash);
        Assert.Equal(result.ParameterHash, Inspector.Inspect(result.LastCheckpoint!).ParameterHash);
        Assert.Equal(result.Steps, run.Progress!.Step);
        Assert.All(run.Checkpoints, checkpoint => Assert.Null(checkpoint.Damage));
        Assert.Equal(run.ParameterCount, run.Tensors.Sum(tensor => (long)tensor.Length));
    }

    private static async Task<TrainingResult> StopAfter(long step, Func<RecordingObserver, Task<TrainingResult>> run)
    {
        using var observer = new RecordingObserver(step);
        return await run(observer);
    }

    /// <summary>The lines of a run's metrics without their times.</summary>
    private string[] StepLines(string run) =>
        [
            .. File.ReadAllLines(Path.Combine(_runs.Directory[run], "metrics.jsonl")).Select(
                line => line.Split(",\"stepMs\"")[0].Split(",\"elapsedSeconds\"")[0]),
        ];
}
