namespace AkkaLstm.Protocol.Roles;

/// <summary>The transport believes that a node is gone. A hint: the node may yet speak again.</summary>
/// <param name="Node">The node.</param>
public sealed record PeerLost(NodeId Node) : RoleInput;
