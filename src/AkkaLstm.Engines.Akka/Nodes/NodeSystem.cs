using Akka.Actor;
using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>The actor system of one node: its start, and an end within bounds.</summary>
internal static class NodeSystem
{
    /// <summary>How long leaving the cluster may take before the process ends all the same.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(40);

    /// <summary>Starts the system and joins.</summary>
    public static ActorSystem Start(NodeRole role, ClusterNodeOptions options) =>
        ActorSystem.Create(ClusterNodeOptions.SystemName, EngineConfig.Cluster(role, options.Config, options.Variables));

    /// <summary>Runs a node to its end: its own, or that of the system when the cluster puts it out.</summary>
    /// <param name="system">The system.</param>
    /// <param name="end">The node's end.</param>
    /// <param name="stop">Ends the process at once, as a crash would.</param>
    public static async Task<NodeEnd> RunAsync(ActorSystem system, Task<NodeEnd> end, CancellationToken stop)
    {
        Task first = await Task.WhenAny(end, system.WhenTerminated, Task.Delay(Timeout.Infinite, stop));
        if (first == end || end.IsCompleted)
            return await end;
        stop.ThrowIfCancellationRequested();
        return new NodeEnd(NodeEndKind.Downed, "the cluster has removed this node");
    }

    /// <summary>Leaves the cluster and ends; without a word, where it is to stop at once.</summary>
    public static Task EndAsync(ActorSystem system, CancellationToken stop) => Task.WhenAny(
        stop.IsCancellationRequested
            ? system.Terminate()
            : CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance),
        Task.Delay(ShutdownTimeout, CancellationToken.None));
}
