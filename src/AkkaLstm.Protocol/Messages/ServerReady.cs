namespace AkkaLstm.Protocol.Messages;

/// <summary>A server announces itself to the coordinator, and again while it hears nothing.</summary>
/// <param name="Fence">What the sender last knew; generation and step do not matter here.</param>
/// <param name="Incarnation">Counts the restarts of this server; a new one has lost its slice.</param>
public sealed record ServerReady(Fence Fence, int Incarnation) : Message(Fence);
