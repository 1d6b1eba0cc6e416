using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>A server or worker of a cluster: one process, one role.</summary>
public static class ClusterMember
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Takes part in whatever job the cluster's coordinator has.</summary>
    /// <param name="role">Server or worker.</param>
    /// <param name="open">Makes the job ready.</param>
    /// <param name="options">How this process takes part.</param>
    /// <param name="leave">Asks to be let go: tasks are finished, a server's state is handed over.</param>
    /// <param name="stop">Stops at once, as a crash would.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="OperationCanceledException">Stopped at once.</exception>
    public static Task<NodeEnd> RunAsync(
        NodeRole role,
        MemberJobOpener open,
        ClusterNodeOptions options,
        CancellationToken leave,
        CancellationToken stop)
    {
        if (role == NodeRole.Coordinator)
            throw new ArgumentOutOfRangeException(nameof(role), role, "must be server or worker");
        return NodeSystem.KeepAsync(once => RunOnceAsync(role, open, once, leave, stop), options, FirstPause, leave, stop);
    }

    private static async Task<NodeEnd> RunOnceAsync(
        NodeRole role,
        MemberJobOpener open,
        ClusterNodeOptions options,
        CancellationToken leave,
        CancellationToken stop)
    {
        var end = new TaskCompletionSource<NodeEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorSystem system = NodeSystem.Start(role, options);
        try
        {
            IActorRef proxy = system.ActorOf(
                ClusterSingletonProxy.Props(
                    $"/user/{ClusterCandidate.ManagerName}",
                    ClusterSingletonProxySettings.Create(system).WithRole("coordinator")
                        .WithSingletonName(ClusterCandidate.OfficeName)),
                "coordinator-proxy");
            IActorRef node = system.ActorOf(
                Props.Create(() => new MemberActor(
                    role, open, options, proxy, result => end.TrySetResult(result), e => end.TrySetException(e))),
                MemberActor.Name);
            await using (leave.Register(() => node.Tell(new LeaveRequested())))
                return await NodeSystem.RunAsync(system, end.Task, stop);
        }
        finally
        {
            await NodeSystem.EndAsync(system, stop);
        }
    }
}
