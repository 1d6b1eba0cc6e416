using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Events;

/// <summary>A checkpoint is on disk.</summary>
/// <param name="Fence">Where the job stood when the write finished.</param>
/// <param name="CheckpointId">Its name, as the executor gave it.</param>
/// <param name="Progress">What it holds.</param>
/// <param name="Reason">Why it was written.</param>
/// <param name="IsBest">Whether it was the best state so far.</param>
/// <param name="Duration">Of the write.</param>
public sealed record CheckpointSaved(
    Fence Fence,
    string CheckpointId,
    JobProgress Progress,
    CheckpointReason Reason,
    bool IsBest,
    TimeSpan Duration) : JobEvent(Fence);
