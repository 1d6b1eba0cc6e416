using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Engines.Akka.Roles;

/// <summary>Carries what one role sends to another.</summary>
internal interface IPeers
{
    /// <summary>
    /// Sends a message on its way and returns at once. It may be lost: the protocol asks again for what does not
    /// arrive.
    /// </summary>
    void Send(NodeId from, NodeId to, Message message);
}
