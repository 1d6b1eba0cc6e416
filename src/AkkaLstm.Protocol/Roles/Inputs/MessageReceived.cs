using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <summary>A message arrived.</summary>
/// <param name="From">The sender.</param>
/// <param name="Message">The message.</param>
public sealed record MessageReceived(NodeId From, Message Message) : RoleInput;
