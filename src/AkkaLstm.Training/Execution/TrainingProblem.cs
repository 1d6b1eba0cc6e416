using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Policies;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// A plan's job, mathematics and checkpoints with no run directory, engine or record around them, for programs that
/// drive executors themselves.
/// </summary>
public sealed class TrainingProblem
{
    private TrainingProblem(
        JobDescription job, IJobPolicy policy, IWorkExecutorFactory executors, CheckpointStore checkpoints)
    {
        Job = job;
        Policy = policy;
        Executors = executors;
        Checkpoints = checkpoints;
    }

    /// <summary>The job from its beginning; run identity and checkpoint schedule are the caller's to set.</summary>
    public JobDescription Job { get; }

    /// <summary>The numeric decisions.</summary>
    public IJobPolicy Policy { get; }

    /// <summary>Executors of all nodes of one process.</summary>
    public IWorkExecutorFactory Executors { get; }

    /// <summary>Where the executors' checkpoints are.</summary>
    public CheckpointStore Checkpoints { get; }

    /// <summary>Opens a plan.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="data">Its data.</param>
    /// <param name="checkpointDirectory">For the checkpoints; made where it is missing.</param>
    /// <exception cref="Runs.StorageException">The directory cannot be written.</exception>
    public static TrainingProblem Open(TrainingPlan plan, DataSet data, string checkpointDirectory)
    {
        ModelSpec spec = plan.ToModelSpec(data.Shape);
        var card = new ModelCard(plan, data.Hash, spec, data.Artifacts);
        var store = new CheckpointStore(checkpointDirectory, card, plan.ToOptimizerSpec().MomentNames, _ => { });
        var context = new JobContext(plan, data, new LocalStates(store, InitialState.Of(plan, spec)));
        int stepsPerEpoch = context.Train.StepsPerEpoch;
        var job = new JobDescription
        {
            RunId = "problem",
            ShardCount = plan.Shards,
            StepsPerEpoch = stepsPerEpoch,
            EpochCount = plan.Epochs,
            StepLimit = plan.Steps,
            ValidationShardCount = context.Validation is null ? 0 : plan.Shards,
        };
        return new TrainingProblem(
            job, new JobPolicy(plan, stepsPerEpoch), new MathExecutorFactory(context, store), store);
    }
}
