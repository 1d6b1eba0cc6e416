using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Messages;

/// <summary>Coordinator to server: run the optimizer.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Decision">Learning rate and gradient scale.</param>
public sealed record ApplyUpdate(Fence Fence, StepDecision Decision) : Message(Fence);
