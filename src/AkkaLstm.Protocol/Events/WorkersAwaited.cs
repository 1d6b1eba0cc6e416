namespace AkkaLstm.Protocol.Events;

/// <summary>The job waits because too few workers are there.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="ActiveCount">Workers that are there.</param>
/// <param name="MinWorkers">Workers that the job wants at least.</param>
public sealed record WorkersAwaited(Fence Fence, int ActiveCount, int MinWorkers) : JobEvent(Fence);
