using AkkaLstm.Data;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Tests.Support;

/// <summary>Job contexts without a session around them.</summary>
internal static class TestJobs
{
    /// <summary>Opens a plan's data and makes a context of its own, as a node has that is alone in its process.</summary>
    public static JobContext Context(PlanOptions options, string checkpoints) => Node(options, checkpoints).Job;

    /// <summary>As <see cref="Context"/>, with the checkpoints.</summary>
    public static (JobContext Job, CheckpointStore Checkpoints) Node(PlanOptions options, string checkpoints)
    {
        TrainingPlan plan = TrainingPlan.Resolve(options);
        DataSet data = DataSets.Open(plan.ToDataOptions());
        var card = new ModelCard(plan, data.Hash, plan.ToModelSpec(data.Shape), data.Artifacts);
        var store = new CheckpointStore(checkpoints, card, plan.ToOptimizerSpec().MomentNames, _ => { });
        var states = new LocalStates(store, InitialState.Of(plan, card.Model));
        return (new JobContext(plan, data, states) { HasAllServers = false }, store);
    }

    /// <summary>The job of a context, from its beginning.</summary>
    public static JobDescription Job(JobContext context) => new()
    {
        RunId = "run",
        ShardCount = context.Plan.Shards,
        StepsPerEpoch = context.Train.StepsPerEpoch,
        EpochCount = context.Plan.Epochs,
        StepLimit = context.Plan.Steps,
        ValidationShardCount = context.Validation is null ? 0 : context.Plan.Shards,
    };
}
