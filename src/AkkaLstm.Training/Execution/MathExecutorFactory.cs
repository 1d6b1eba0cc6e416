using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Training.Execution;

/// <summary>Gives each node of a job the executor of its role; all share the job's context.</summary>
/// <param name="job">The context.</param>
/// <param name="checkpoints">Where the coordinator writes; null in a process that is never one.</param>
internal sealed class MathExecutorFactory(JobContext job, CheckpointStore? checkpoints) : IWorkExecutorFactory
{
    /// <inheritdoc/>
    public IWorkExecutor Create(NodeId node, int incarnation) => node.Role switch
    {
        NodeRole.Worker => new WorkerExecutor(job),
        NodeRole.Server => new ServerExecutor(job),
        _ when checkpoints is not null => new CheckpointExecutor(job, checkpoints),
        _ => throw new NotSupportedException("Only the process with the run directory has a coordinator."),
    };
}
