using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
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

    private const string CandidateRole = "coordinator";

    /// <summary>One that was put out gives the other side time to take the job over, before it may begin a cluster of its
    /// own again.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(8);

    /// <summary>How long nodes get to take the news of the end before the coordinator leaves the cluster. They go within two
    /// seconds or so; one that is slow is told when it speaks.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FarewellInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Stands by until it is the coordinator, and runs the job to its end.</summary>
    /// <param name="job">The job.</param>
    /// <param name="options">How this process takes part.</param>
    /// <param name="leave">Asks it to go: another candidate takes the job over; the last one stops it with a
    /// checkpoint.</param>
    /// <param name="stop">Stops at once, as a crash would.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="OperationCanceledException">Stopped at once.</exception>
    public static Task<NodeEnd> RunAsync(
        CandidateJob job,
        ClusterNodeOptions options,
        CancellationToken leave,
        CancellationToken stop) =>
        NodeSystem.KeepAsync(once => RunOnceAsync(job, once, leave, stop), options, FirstPause, leave, stop);

    private static async Task<NodeEnd> RunOnceAsync(
        CandidateJob job,
        ClusterNodeOptions options,
        CancellationToken leave,
        CancellationToken stop)
    {
        if (await Task.Run(job.IsComplete, stop))
            return new NodeEnd(NodeEndKind.JobEndedElsewhere, "the job is complete");
        var end = new TaskCompletionSource<NodeEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var files = new FileCounter(options);
        ActorSystem system = NodeSystem.Start(NodeRole.Coordinator, options);
        try
        {
            system.ActorOf(
                Props.Create(() => new CandidateActor(job.IsComplete, options, result => end.TrySetResult(result))),
                CandidateActor.Name);
            IActorRef manager = system.ActorOf(
                ClusterSingletonManager.Props(
                    Props.Create(() => new OfficeActor(
                        job.Lead, options, files, result => end.TrySetResult(result), e => end.TrySetException(e), leave)),
                    PoisonPill.Instance,
                    ClusterSingletonManagerSettings.Create(system).WithRole(CandidateRole).WithSingletonName(OfficeName)),
                ManagerName);
            await using (leave.Register(() => _ = LeaveAsync(system, manager, options.LeaveGrace, end)))
            {
                NodeEnd result = await NodeSystem.RunAsync(system, end.Task, stop);
                if (result is { Outcome.Kind: not JobOutcomeKind.Superseded })
                    await SayFarewellAsync(system, result.Outcome.Kind, stop);
                return result;
            }
        }
        finally
        {
            await NodeSystem.EndAsync(system, stop);
        }
    }

    /// <summary>
    /// Hands the job over, or ends it where nobody is there to take it. Whoever ends a whole cluster asks all of its
    /// processes at once: those that stand by go first, so that the coordinator sees that it is the last.
    /// </summary>
    private static async Task LeaveAsync(
        ActorSystem system, IActorRef manager, TimeSpan grace, TaskCompletionSource<NodeEnd> end)
    {
        Cluster cluster = Cluster.Get(system);
        if (Others(cluster).Any(member => member.IsOlderThan(cluster.SelfMember)))
        {
            end.TrySetResult(new NodeEnd(NodeEndKind.Left, "it stood by"));
            return;
        }

        await Task.Delay(grace);
        if (Others(cluster).Any(member => member.Status == MemberStatus.Up && !cluster.State.Unreachable.Contains(member)))
            end.TrySetResult(new NodeEnd(NodeEndKind.Left, "another coordinator takes over"));
        else
            system.ActorSelection(manager.Path / OfficeName).Tell(new StopRequested());
    }

    /// <summary>
    /// Tells everybody that the job is over, and waits until all have gone. A candidate that was still there would be handed
    /// the job; nodes without a seat would wait for one.
    /// </summary>
    private static async Task SayFarewellAsync(ActorSystem system, JobOutcomeKind outcome, CancellationToken stop)
    {
        Cluster cluster = Cluster.Get(system);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(FarewellTimeout);
        var over = JobOver.Of(outcome);
        while (!deadline.IsCancellationRequested && cluster.State.Members.Any(
            member => (member.Status == MemberStatus.Up || member.HasRole(CandidateRole))
                && member.UniqueAddress != cluster.SelfUniqueAddress))
        {
            foreach (Member member in cluster.State.Members)
            {
                string actor = member.HasRole(CandidateRole) ? CandidateActor.Name : MemberActor.Name;
                if (member.UniqueAddress != cluster.SelfUniqueAddress)
                    system.ActorSelection(new RootActorPath(member.Address) / "user" / actor).Tell(over);
            }

            await Task.Delay(FarewellInterval, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IEnumerable<Member> Others(Cluster cluster) => cluster.State.Members.Where(
        member => member.HasRole(CandidateRole) && member.UniqueAddress != cluster.SelfUniqueAddress);
}
