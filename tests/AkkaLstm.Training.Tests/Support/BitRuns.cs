using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Training.Tests.Support;

/// <summary>Runs of one test, side by side in a directory that goes with it: what the tests of same bits share.</summary>
internal sealed class BitRuns : IDisposable
{
    public TemporaryDirectory Directory { get; } = new();

    public void Dispose() => Directory.Dispose();

    /// <summary>A run with checkpoints in the middle of its epochs.</summary>
    public RunOptions Run(string name, int workers = 1, int servers = 1) => new()
    {
        OutputDirectory = Directory[name],
        Workers = workers,
        Servers = servers,
        Checkpoints = new CheckpointSchedule { EverySteps = 7 },
    };

    /// <summary>Trains a plan with one worker and server and with others, and asks for the same bits and figures.</summary>
    /// <returns>The run with one of each.</returns>
    public async Task<TrainingResult> AssertSameAsync(PlanOptions plan, int workers, int servers, string name = "run")
    {
        TrainingResult one = await TestRuns.TrainAsync(plan, Run($"{name}-one"));
        TrainingResult many = await TestRuns.TrainAsync(plan, Run($"{name}-many", workers, servers));

        Assert.Equal(TrainingStatus.Completed, one.Status);
        Assert.Equal(TrainingStatus.Completed, many.Status);
        Assert.NotNull(one.ParameterHash);
        Assert.Equal(one.ParameterHash, many.ParameterHash);
        Assert.Equal(one.ValidationLoss, many.ValidationLoss);
        Assert.Equal(one.TestLoss, many.TestLoss);
        return one;
    }
}
