namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// Coordinator to server: all shards have been reported; what is missing for your sum? Answered by
/// <see cref="SliceReduced"/> or <see cref="GradientMissing"/>.
/// </summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
public sealed record ReductionAwaited(Fence Fence) : Message(Fence);
