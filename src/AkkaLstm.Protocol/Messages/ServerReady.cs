namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// A server announces itself to the coordinator: at its start, at each heartbeat, and when it is asked.
/// </summary>
/// <param name="Fence">What it belongs to.</param>
/// <param name="Incarnation">Counts the restarts of this server; a new one has lost its slice.</param>
/// <param name="Holding">What it holds; null for nothing.</param>
/// <param name="IsLeaving">Whether it wants to leave.</param>
public sealed record ServerReady(
    Fence Fence,
    int Incarnation,
    SliceHolding? Holding = null,
    bool IsLeaving = false) : Message(Fence);
