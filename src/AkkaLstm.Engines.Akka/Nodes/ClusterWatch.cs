using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>
/// What becomes a node's <c>PeerLost</c>: a closed connection as the fast hint, heartbeats and membership as the
/// authority. All of them are hints to the protocol, which hears of a node again if it was mistaken.
/// </summary>
internal static class ClusterWatch
{
    /// <summary>Has an actor hear of nodes that come and go.</summary>
    public static void Subscribe(ActorSystem system, IActorRef actor)
    {
        Cluster.Get(system).Subscribe(
            actor,
            ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent),
            typeof(ClusterEvent.IReachabilityEvent));
        system.EventStream.Subscribe(actor, typeof(DisassociatedEvent));
    }

    /// <summary>Ends it.</summary>
    public static void Unsubscribe(ActorSystem system, IActorRef actor)
    {
        Cluster.Get(system).Unsubscribe(actor);
        system.EventStream.Unsubscribe(actor);
    }

    /// <summary>The address that a message says is gone, and how it is known; null where it says nothing of the kind.</summary>
    public static (Address Address, string Reason)? Lost(object message) => message switch
    {
        DisassociatedEvent gone => (gone.RemoteAddress, "its connection was closed"),
        ClusterEvent.UnreachableMember gone => (gone.Member.Address, "it is unreachable"),
        ClusterEvent.MemberDowned gone => (gone.Member.Address, "it was downed"),
        ClusterEvent.MemberRemoved gone => (gone.Member.Address, "it was removed from the cluster"),
        _ => null,
    };

    /// <summary>Whether a message comes from the subscriptions and says nothing that matters.</summary>
    public static bool IsNoise(object message) =>
        message is ClusterEvent.IClusterDomainEvent or ClusterEvent.CurrentClusterState or AssociationEvent;
}
