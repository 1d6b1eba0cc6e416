using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Akka.Peers;

/// <summary>What a node says of itself.</summary>
/// <param name="RunId">The run; empty for none yet.</param>
/// <param name="PlanHash">SHA-256 of its plan; empty for none yet.</param>
/// <param name="DataHash">SHA-256 of its data; empty for none yet.</param>
/// <param name="Node">Its address; without a meaning while it wants a seat.</param>
/// <param name="Instance">Its process.</param>
/// <param name="Incarnation">Counts the processes that had the address before.</param>
/// <param name="Listen">Where its tensor channel can be called; empty for nowhere.</param>
internal sealed record NodeCard(
    string RunId,
    string PlanHash,
    string DataHash,
    NodeId Node,
    NodeInstance Instance,
    int Incarnation,
    string Listen)
{
    /// <summary>Its greeting.</summary>
    /// <param name="channel">What for.</param>
    /// <param name="call">Number of the call; 0 for one that is none.</param>
    /// <param name="wantsSeat">Whether any seat will do.</param>
    public Greeting Greet(WireChannel channel, long call = 0, bool wantsSeat = false) => new(
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

    private static string Short(string hash) => hash.Length == 0 ? "none" : hash[..Math.Min(12, hash.Length)];
}
