using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Messages;

/// <summary>Coordinator to server: copy your slice and carries.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Purpose">What the copy is for.</param>
public sealed record SnapshotRequested(Fence Fence, SnapshotPurpose Purpose) : Message(Fence);
