using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Events;

/// <summary>The job is over.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record JobFinished(Fence Fence, JobOutcome Outcome) : JobEvent(Fence);
