namespace AkkaLstm.Protocol.Work;

/// <summary>Makes executors. An engine calls it from several threads at once.</summary>
public interface IWorkExecutorFactory
{
    /// <summary>
    /// A fresh executor for an incarnation of a node; buffers of an earlier incarnation may still be read, so
    /// it shares none.
    /// </summary>
    IWorkExecutor Create(NodeId node, int incarnation);
}
