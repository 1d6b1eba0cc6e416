namespace AkkaLstm.Protocol.Roles;

/// <summary>What the coordinator knows of one server.</summary>
internal sealed class ServerSeat(int index, RestartBudget restarts)
{
    public NodeId Node { get; } = NodeId.Server(index);

    public RestartBudget Restarts { get; } = restarts;

    /// <summary>
    /// The lowest incarnation that may take the seat: that of the last announcement, or the one after a
    /// failed one.
    /// </summary>
    public int Incarnation { get; set; }

    /// <summary>Whether it is there to take or hold its slice.</summary>
    public bool IsReady { get; set; }
}
