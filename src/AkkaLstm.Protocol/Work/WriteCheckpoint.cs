using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Work;

/// <summary>Why a checkpoint is written.</summary>
public enum CheckpointReason
{
    /// <summary>The interval in steps or time has passed.</summary>
    Interval,

    /// <summary>An epoch ended.</summary>
    EpochEnd,

    /// <summary>Somebody asked the job to stop.</summary>
    Stop,

    /// <summary>The job is complete.</summary>
    Final,

    /// <summary>A server leaves, and nobody else holds its slice.</summary>
    Handover,
}

/// <summary>
/// Writes a checkpoint to disk, in the background, durably. Result: <see cref="CheckpointWritten"/>.
/// </summary>
/// <param name="Fence">Its step is that of the progress.</param>
/// <param name="Progress">Where the job stands; goes into the manifest and comes back as
/// <see cref="JobDescription.Start"/>.</param>
/// <param name="Slices">Snapshots, by slice.</param>
/// <param name="Carries">Carried state, by shard; null stands for zeros.</param>
/// <param name="Reason">Why it is written.</param>
/// <param name="IsBest">Whether the policy called this state the best so far.</param>
public sealed record WriteCheckpoint(
    Fence Fence,
    JobProgress Progress,
    IReadOnlyList<Payload> Slices,
    IReadOnlyList<Payload?> Carries,
    CheckpointReason Reason,
    bool IsBest) : WorkOrder(Fence);
