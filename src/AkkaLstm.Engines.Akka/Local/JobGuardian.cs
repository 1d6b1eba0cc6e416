using Akka.Actor;
using AkkaLstm.Engines.Akka.Roles;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Akka.Local;

/// <summary>
/// Parent of all actors of a job in one actor system: creates them, starts them, and ends the run when one of them
/// throws.
/// </summary>
internal sealed class JobGuardian : UntypedActor
{
    private readonly TaskCompletionSource<JobOutcome> _end;
    private readonly IActorRef _coordinator;

    public JobGuardian(
        JobDescription job,
        IWorkExecutorFactory executors,
        IJobPolicy policy,
        LocalEngineOptions options,
        IEventSink events,
        TaskCompletionSource<JobOutcome> end)
    {
        _end = end;
        ProtocolOptions protocol = options.Protocol;
        var peers = new Siblings();
        var host = new RoleHost(peers, executors, events, outcome => end.TrySetResult(outcome));
        _coordinator = Create(
            peers,
            NodeId.Coordinator,
            Props.Create(() => new CoordinatorActor(host, job, policy, options.Shape, protocol)));
        // Workers first: a job that begins when its servers are there then begins with all of them.
        for (int i = 0; i < options.WorkerCount; i++)
        {
            int index = i;
            Create(peers, NodeId.Worker(index), Props.Create(() => new WorkerActor(host, index, 0, job.RunId, protocol)));
        }

        for (int i = 0; i < options.Shape.SeatCount; i++)
        {
            int index = i;
            Create(
                peers,
                NodeId.Server(index),
                Props.Create(() => new ParameterServerActor(host, index, 0, job.RunId, protocol)));
        }

        foreach (IActorRef actor in peers.All)
            actor.Tell(new Started());
    }

    /// <summary>An exception out of a shell is a mistake in the program or a broken event sink: the run ends with
    /// it.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        _end.TrySetException(exception);
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StopRequested: _coordinator.Tell(message); break;
            case RoleStopped: break; // dismissed, or the job is over; the coordinator knows
            default: Unhandled(message); break;
        }
    }

    private static IActorRef Create(Siblings peers, NodeId node, Props props)
    {
        IActorRef actor = Context.ActorOf(props, node.ToString());
        peers.Add(node, actor);
        return actor;
    }

    /// <summary>Messages by reference; complete before the first actor starts.</summary>
    private sealed class Siblings : IPeers
    {
        private readonly OrderedDictionary<NodeId, IActorRef> _actors = [];

        public IEnumerable<IActorRef> All => _actors.Values;

        public void Add(NodeId node, IActorRef actor) => _actors.Add(node, actor);

        public void Send(NodeId from, NodeId to, Message message) =>
            _actors[to].Tell(new MessageReceived(from, message), ActorRefs.NoSender);
    }
}
