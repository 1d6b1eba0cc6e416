namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>
/// What nodes of a cluster tell each other as Akka messages, and all that Hyperion is bound to. Each type is one array of
/// bytes and nothing else, so that the one length in it can be held against the frame before Hyperion allocates. What the
/// bytes say is encoded by <c>AkkaLstm.Wire</c>, which holds every length against a limit likewise. None has room for a
/// tensor, only for tickets.
/// </summary>
internal interface IControlMessage
{
    /// <summary>All there is in the message.</summary>
    byte[] Bytes { get; }
}
