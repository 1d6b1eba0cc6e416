using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Events;

/// <summary>
/// All servers have taken the step. After a restart from a checkpoint a step closes again, with the same
/// numbers.
/// </summary>
/// <param name="Fence">The step that closed.</param>
/// <param name="Epoch">Its epoch, from 0.</param>
/// <param name="StepInEpoch">Its place in the epoch, from 0.</param>
/// <param name="Loss">Of the step, over all shards.</param>
/// <param name="GradientNorm">Euclidean norm of the summed (not scaled) gradient.</param>
/// <param name="Decision">Learning rate and scale that were applied.</param>
/// <param name="Duration">From assignment to the last server's answer.</param>
/// <param name="Workers">Who computed, in order of index.</param>
public sealed record StepClosed(
    Fence Fence,
    int Epoch,
    int StepInEpoch,
    LossTotal Loss,
    double GradientNorm,
    StepDecision Decision,
    TimeSpan Duration,
    IReadOnlyList<WorkerTiming> Workers) : JobEvent(Fence);
