using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Cluster.Logs;

/// <summary>Logs when a worker begins with tasks: what a lost worker had is seen to go on elsewhere.</summary>
internal sealed class LoggedExecutors(ILogger log, IWorkExecutorFactory executors) : IWorkExecutorFactory
{
    /// <inheritdoc/>
    public IWorkExecutor Create(NodeId node, int incarnation) => new Logged(log, executors.Create(node, incarnation));

    private sealed class Logged(ILogger log, IWorkExecutor executor) : IWorkExecutor
    {
        public WorkResult Execute(WorkOrder order)
        {
            if (order is ComputeShards tasks)
                log.TasksBegun(tasks.Fence.Step, tasks.Shards);
            return executor.Execute(order);
        }

        public void Dispose() => executor.Dispose();
    }
}
