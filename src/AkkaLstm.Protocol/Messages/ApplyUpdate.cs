using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Messages;

/// <summary>Coordinator to server: run the optimizer.</summary>
/// <param name="Fence">The run, generation and step it belongs to.</param>
/// <param name="Decision">Learning rate and gradient scale.</param>
/// <param name="Progress">Where the job stands after the step; the server keeps it for a coordinator that
/// starts anew.</param>
/// <param name="UnsavedBestStep">A best state that is not on disk yet; null when there is none.</param>
public sealed record ApplyUpdate(
    Fence Fence,
    StepDecision Decision,
    JobProgress Progress,
    long? UnsavedBestStep) : Message(Fence);
