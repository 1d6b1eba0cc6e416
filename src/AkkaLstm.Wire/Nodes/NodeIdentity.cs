using AkkaLstm.Protocol;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Wire.Nodes;

/// <summary>What a node says of itself in every handshake.</summary>
/// <param name="RunId">The run; empty for none yet.</param>
/// <param name="PlanHash">SHA-256 of its plan; empty for none yet.</param>
/// <param name="DataHash">SHA-256 of its data; empty for none yet.</param>
/// <param name="Node">Its address; without a meaning while it wants a seat.</param>
/// <param name="Instance">Its process.</param>
/// <param name="Incarnation">Counts the processes that had the address before.</param>
/// <param name="Listen">Where it can be called; empty for nowhere.</param>
public sealed record NodeIdentity(
    string RunId,
    string PlanHash,
    string DataHash,
    NodeId Node,
    NodeInstance Instance,
    int Incarnation,
    string Listen)
{
    /// <summary>Its greeting.</summary>
    /// <param name="channel">What the connection is for.</param>
    /// <param name="call">Number of the call.</param>
    /// <param name="wantsSeat">Whether any seat will do.</param>
    public Greeting Greet(WireChannel channel, long call, bool wantsSeat = false) => new(
        WireLimits.ProtocolVersion,
        RunId,
        PlanHash,
        DataHash,
        Node,
        Instance,
        channel,
        call,
        wantsSeat,
        Listen,
        Incarnation);

    /// <summary>Why a caller does not belong to the same job; null where it does.</summary>
    public GreetingRefused? Differs(Greeting caller)
    {
        if (caller.RunId != RunId)
            return new(RefusalReason.Run, $"this is run {RunId}, the caller belongs to {caller.RunId}");
        if (caller.PlanHash != PlanHash)
            return new(RefusalReason.Plan, $"the plan here is {Short(PlanHash)}, the caller's {Short(caller.PlanHash)}");
        return caller.DataHash == DataHash
            ? null
            : new(RefusalReason.Data, $"the data here is {Short(DataHash)}, the caller's {Short(caller.DataHash)}");
    }

    /// <summary>Whether values go between two nodes.</summary>
    public static bool ExchangeTensors(NodeRole one, NodeRole other) => one == NodeRole.Server || other == NodeRole.Server;

    private static string Short(string hash) => hash.Length == 0 ? "none" : hash[..Math.Min(12, hash.Length)];
}
