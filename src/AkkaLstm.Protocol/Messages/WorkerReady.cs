namespace AkkaLstm.Protocol.Messages;

/// <summary>A worker announces itself to the coordinator, and again while it hears nothing.</summary>
/// <param name="Fence">What the sender last knew; generation and step do not matter here.</param>
/// <param name="Incarnation">Counts the restarts of this worker.</param>
public sealed record WorkerReady(Fence Fence, int Incarnation) : Message(Fence);
