namespace AkkaLstm.Protocol.Events;

/// <summary>A checkpoint was not written because the disk is slower than the schedule.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="SkippedStep">The step it would have held.</param>
/// <param name="Reason">One line.</param>
public sealed record CheckpointSkipped(Fence Fence, long SkippedStep, string Reason) : JobEvent(Fence);
