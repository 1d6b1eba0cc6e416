using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Conformance.Exact;

/// <summary>Makes executors, with something planted before each order: an exception, a pause.</summary>
public sealed class ExactFactory(ExactModel model, ExactStore store) : IWorkExecutorFactory
{
    /// <summary>Called before each order is done; may throw or block.</summary>
    public Action<NodeId, int, WorkOrder>? Before { get; init; }

    public IWorkExecutor Create(NodeId node, int incarnation) =>
        new Planted(new ExactExecutor(model, store), order => Before?.Invoke(node, incarnation, order));

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
