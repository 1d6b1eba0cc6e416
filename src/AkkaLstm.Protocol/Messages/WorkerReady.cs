namespace AkkaLstm.Protocol.Messages;

/// <summary>A worker announces itself to the coordinator: at its start and at each heartbeat.</summary>
/// <param name="Fence">What it last knew.</param>
/// <param name="Incarnation">Counts the restarts of this worker.</param>
/// <param name="IsIdle">Whether it has nothing to do.</param>
/// <param name="IsLeaving">Whether it wants to leave as soon as it holds no task.</param>
public sealed record WorkerReady(
    Fence Fence,
    int Incarnation,
    bool IsIdle,
    bool IsLeaving = false) : Message(Fence);
