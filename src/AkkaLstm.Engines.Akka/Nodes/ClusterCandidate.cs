using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>
/// A process that can be the cluster's coordinator. The oldest of them is, as soon as a node comes; when it leaves or dies the next one opens the
/// job anew and goes on from what the servers hold.
/// </summary>
public static class ClusterCandidate
{
    /// <summary>Name of the actor that keeps the singleton, under <c>/user</c>.</summary>
    internal const string ManagerName = "coordinator";

    /// <summary>Name of the singleton, under the manager.</summary>
    internal const string OfficeName = "office";

    /// <summary>One that was put out gives the other side time to take the job over, before it may begin a cluster of its
    /// own again.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(8);

    /// <summary>How long nodes get to take the news of the end before the coordinator leaves the cluster.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Stands by until it is the coordinator, and runs the job to its end.</summary>
    /// <param name="session">Opens the job when this process becomes its coordinator.</param>
    /// <param name="options">How this process takes part.</param>
    /// <param name="leave">Asks it to go: another candidate takes the job over; the last one stops it with a
    /// checkpoint.</param>
    /// <param name="stop">Stops at once, as a crash would.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="OperationCanceledException">Stopped at once.</exception>
    public static Task<NodeEnd> RunAsync(
        CoordinatorSession session,
        ClusterNodeOptions options,
        CancellationToken leave,
        CancellationToken stop) =>
        NodeSystem.KeepAsync(once => RunOnceAsync(session, once, leave, stop), options, FirstPause, leave, stop);

    private static async Task<NodeEnd> RunOnceAsync(
        CoordinatorSession session,
        ClusterNodeOptions options,
        CancellationToken leave,
        CancellationToken stop)
    {
        var end = new TaskCompletionSource<NodeEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var files = new FileCounter(options);
        ActorSystem system = NodeSystem.Start(NodeRole.Coordinator, options);
        try
        {
            system.ActorOf(
                Props.Create(() => new CandidateActor(result => end.TrySetResult(result))), CandidateActor.Name);
            IActorRef manager = system.ActorOf(
                ClusterSingletonManager.Props(
                    Props.Create(() => new OfficeActor(
                        session, options, files, result => end.TrySetResult(result), e => end.TrySetException(e), leave)),
                    PoisonPill.Instance,
                    ClusterSingletonManagerSettings.Create(system).WithRole("coordinator").WithSingletonName(OfficeName)),
                ManagerName);
            await using (leave.Register(() => Leave(system, manager, end)))
            {
                NodeEnd result = await NodeSystem.RunAsync(system, end.Task, stop);
                if (result.Kind == NodeEndKind.JobEnded)
                    await SayFarewellAsync(system, stop);
                return result;
            }
        }
        finally
        {
            await NodeSystem.EndAsync(system, stop);
        }
    }

    private static void Leave(ActorSystem system, IActorRef manager, TaskCompletionSource<NodeEnd> end)
    {
        Cluster cluster = Cluster.Get(system);
        bool isAnotherThere = cluster.State.Members.Any(
            member => member.Status == MemberStatus.Up
                && member.HasRole("coordinator")
                && member.UniqueAddress != cluster.SelfUniqueAddress
                && !cluster.State.Unreachable.Contains(member));
        if (isAnotherThere)
            end.TrySetResult(new NodeEnd(NodeEndKind.Left, "another coordinator takes over"));
        else
            system.ActorSelection(manager.Path / OfficeName).Tell(new StopRequested());
    }

    /// <summary>Everybody has been told; nodes leave when they have heard it.</summary>
    private static async Task SayFarewellAsync(ActorSystem system, CancellationToken stop)
    {
        Cluster cluster = Cluster.Get(system);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(FarewellTimeout);
        while (!deadline.IsCancellationRequested && cluster.State.Members.Any(
            member => member.Status == MemberStatus.Up && member.UniqueAddress != cluster.SelfUniqueAddress))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), deadline.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
