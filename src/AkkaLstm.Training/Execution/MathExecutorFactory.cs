using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Training.Execution;

/// <summary>Gives each node of a job the executor of its role; all share the job's context.</summary>
internal sealed class MathExecutorFactory(JobContext job) : IWorkExecutorFactory
{
    /// <inheritdoc/>
    public IWorkExecutor Create(NodeId node, int incarnation) => node.Role switch
    {
        NodeRole.Worker => new WorkerExecutor(job),
        NodeRole.Server => new ServerExecutor(job),
        _ => new CheckpointExecutor(job),
    };
}
