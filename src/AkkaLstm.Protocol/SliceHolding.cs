using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol;

/// <summary>What a server can still do for the step it stands at.</summary>
public enum HoldingState
{
    /// <summary>It collects gradients.</summary>
    Open,

    /// <summary>It has its sum; the update of the step can be applied.</summary>
    Summed,

    /// <summary>It is applying the update, and will announce itself again when it is done.</summary>
    Applying,
}

/// <summary>
/// A server's slice and the step it stands at: enough for a new coordinator to go on without a checkpoint.
/// </summary>
/// <param name="Slice">The slice.</param>
/// <param name="Progress">Where the job stands with this state.</param>
/// <param name="State">What can still happen to it.</param>
/// <param name="LastUpdate">The update that led to this step, for servers that have not applied it yet; null
/// after a restore.</param>
/// <param name="UnsavedBestStep">A best state that was not on disk when <paramref name="LastUpdate"/> was
/// decided; null when there was none.</param>
public sealed record SliceHolding(
    SliceId Slice,
    JobProgress Progress,
    HoldingState State,
    StepDecision? LastUpdate,
    long? UnsavedBestStep);
