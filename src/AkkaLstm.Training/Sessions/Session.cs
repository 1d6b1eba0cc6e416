using AkkaLstm.Data;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>What one call of <see cref="TrainingSession"/> works with.</summary>
/// <param name="Job">The plan, and what the run began with.</param>
/// <param name="Data">The opened data.</param>
/// <param name="Initial">Where training begins without a checkpoint.</param>
/// <param name="Directory">The run directory, held by this process.</param>
/// <param name="Options">How this process runs the job.</param>
/// <param name="Engine">Runs the job on actors.</param>
/// <param name="Observer">Hears of progress.</param>
/// <param name="StartTimestamp">When the call began, a <see cref="System.Diagnostics.Stopwatch"/>
/// timestamp.</param>
internal sealed record Session(
    RunJob Job,
    DataSet Data,
    InitialState Initial,
    RunDirectory Directory,
    RunOptions Options,
    JobEngine Engine,
    ITrainingObserver Observer,
    long StartTimestamp)
{
    /// <summary>The plan.</summary>
    public TrainingPlan Plan => Job.Plan;
}
