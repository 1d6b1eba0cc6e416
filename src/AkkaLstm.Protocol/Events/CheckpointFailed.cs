namespace AkkaLstm.Protocol.Events;

/// <summary>Writing a checkpoint failed.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Error">One line.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="WillRetry">Whether it is tried again.</param>
public sealed record CheckpointFailed(
    Fence Fence,
    string Error,
    int Attempt,
    bool WillRetry) : JobEvent(Fence);
