using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Exact;

/// <summary>Makes executors, with something planted before each order: an exception, a pause.</summary>
/// <param name="model">The mathematics.</param>
/// <param name="store">The checkpoints.</param>
public sealed class ExactFactory(ExactModel model, ExactStore store) : IWorkExecutorFactory
{
    /// <summary>Called before each order is done; may throw or block.</summary>
    public Action<NodeId, int, WorkOrder>? Before { get; init; }

    /// <inheritdoc/>
    public IWorkExecutor Create(NodeId node, int incarnation)
    {
        var executor = new ExactExecutor(model, store);
        return Before is { } before ? new Planted(executor, order => before(node, incarnation, order)) : executor;
    }

    private sealed class Planted(ExactExecutor inner, Action<WorkOrder> before) : IWorkExecutor
    {
        public WorkResult Execute(WorkOrder order)
        {
            before(order);
            return inner.Execute(order);
        }

        public void Dispose() => inner.Dispose();
    }
}
