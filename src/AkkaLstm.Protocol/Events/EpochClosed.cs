using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Events;

/// <summary>The policy has judged an epoch.</summary>
/// <param name="Fence">The step after the epoch's last.</param>
/// <param name="Epoch">The epoch that ended, from 0.</param>
/// <param name="Training">Sum over its steps.</param>
/// <param name="Validation">Null when the job has no validation split.</param>
/// <param name="Decision">What the policy made of it.</param>
/// <param name="Workers">Sums over the steps of the epoch that this run computed, in order of index.</param>
public sealed record EpochClosed(
    Fence Fence,
    int Epoch,
    LossTotal Training,
    LossTotal? Validation,
    EpochDecision Decision,
    IReadOnlyList<WorkerTiming> Workers) : JobEvent(Fence);
