using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Handshakes;

/// <summary>A node that others may call.</summary>
/// <param name="Node">Its address within the run.</param>
/// <param name="Instance">Its process; another one at the same address is another node.</param>
/// <param name="Address"><c>HOST:PORT</c>.</param>
public sealed record RosterEntry(NodeId Node, NodeInstance Instance, string Address);
