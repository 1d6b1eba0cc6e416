using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <summary>What the coordinator knows of one server.</summary>
internal sealed class ServerSeat(int index, SliceId slice, RestartBudget restarts)
{
    public NodeId Node { get; } = NodeId.Server(index);

    public int Index => index;

    public SliceId Slice => slice;

    /// <summary>0 for the slice's first seat, r for standby r.</summary>
    public int Replica => index / slice.Count;

    public RestartBudget Restarts { get; } = restarts;

    /// <summary>
    /// The lowest incarnation that may take the seat: that of the last announcement, or the one after a
    /// failed one.
    /// </summary>
    public int Incarnation { get; set; }

    /// <summary>Whether it has announced itself and is not lost.</summary>
    public bool IsPresent { get; set; }

    /// <summary>Whether it belongs to the generation: it is asked, and gradients go to it.</summary>
    public bool IsMember { get; set; }

    /// <summary>Whether its restart budget is used up, while others hold its slice.</summary>
    public bool IsGivenUp { get; set; }

    public bool IsLeaving { get; set; }

    public TimeSpan HeardAt { get; set; }

    /// <summary>
    /// What it said it holds, under the term and generation that are being gathered; null before.
    /// </summary>
    public ServerReady? Promise { get; set; }

    /// <summary>After a failed attempt to make it a standby, not to be tried again before.</summary>
    public TimeSpan SyncNotBefore { get; set; }
}
