using AkkaLstm.Numerics;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>Trains models: the one entry for the command line and for programs that embed training.</summary>
public static class TrainingSession
{
    /// <summary>Trains a plan from its beginning in a new run directory.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="options">How this process runs it.</param>
    /// <param name="engine">Runs the job on actors.</param>
    /// <param name="observer">Hears of progress.</param>
    /// <param name="stop">Finishes the step, writes a checkpoint and ends with <see cref="TrainingStatus.Interrupted"/>.</param>
    /// <exception cref="BadInputException">Data or options cannot be used; nothing was trained.</exception>
    /// <exception cref="StorageException">The disk failed before training began; later failures are in the result.</exception>
    public static Task<TrainingResult> RunAsync(
        TrainingPlan plan, RunOptions options, JobEngine engine, ITrainingObserver observer, CancellationToken stop) =>
        throw new NotSupportedException();

    /// <summary>Goes on from the newest whole checkpoint of a run; without one, from the beginning.</summary>
    /// <param name="runDirectory">The run directory.</param>
    /// <inheritdoc cref="RunAsync"/>
    public static Task<TrainingResult> ResumeAsync(
        string runDirectory, RunOptions options, JobEngine engine, ITrainingObserver observer, CancellationToken stop) =>
        throw new NotSupportedException();
}
