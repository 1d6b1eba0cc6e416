using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Akka.Tests.Roles;

/// <summary>Does what a test says.</summary>
internal sealed class TestExecutor(Func<WorkOrder, WorkResult> execute, Action? dispose = null) : IWorkExecutor
{
    public WorkResult Execute(WorkOrder order) => execute(order);

    public void Dispose() => dispose?.Invoke();
}

/// <summary>For roles that are not to start work.</summary>
internal sealed class NoWork : IWorkExecutorFactory
{
    public IWorkExecutor Create(NodeId node, int incarnation) =>
        throw new InvalidOperationException($"{node} started work");
}
