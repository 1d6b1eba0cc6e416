using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Effects;

/// <summary>Send a message. It may be lost.</summary>
/// <param name="To">The receiver.</param>
/// <param name="Message">The message.</param>
public sealed record SendMessage(NodeId To, Message Message) : Effect;
