using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Handshakes;

/// <summary>What a connection is for.</summary>
public enum WireChannel
{
    /// <summary>Control messages.</summary>
    Control,

    /// <summary>Bulk values.</summary>
    Tensors,
}

/// <summary>Identity of a process: the same after a reconnect, another one after a restart.</summary>
/// <param name="High">The first eight of its random bytes.</param>
/// <param name="Low">The other eight.</param>
public readonly record struct NodeInstance(ulong High, ulong Low);

/// <summary>How a node introduces itself: the first frame on a connection.</summary>
/// <param name="ProtocolVersion">See <see cref="WireLimits.ProtocolVersion"/>.</param>
/// <param name="RunId">The run it belongs to; empty when it joins whatever runs.</param>
/// <param name="PlanHash">SHA-256 of the plan in lower-case hex; empty when it has none yet.</param>
/// <param name="DataHash">SHA-256 of the data in lower-case hex; empty when it has none yet.</param>
/// <param name="Node">Its address.</param>
/// <param name="Instance">Its process.</param>
/// <param name="Channel">What the connection is for.</param>
public sealed record Greeting(
    int ProtocolVersion,
    string RunId,
    string PlanHash,
    string DataHash,
    NodeId Node,
    NodeInstance Instance,
    WireChannel Channel);
