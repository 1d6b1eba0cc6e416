namespace AkkaLstm.Protocol.Jobs;

/// <summary>
/// Where a job stands between two steps; with a checkpoint's tensors it is all that a run needs to go on.
/// </summary>
public sealed record JobProgress
{
    /// <summary>The beginning.</summary>
    public static JobProgress Initial { get; } = new();

    /// <summary>Number of closed steps.</summary>
    public long Step { get; init; }

    /// <summary>Current epoch, from 0; equals the job's number of epochs when all are done.</summary>
    public int Epoch { get; init; }

    /// <summary>
    /// Closed steps of the current epoch; equal to the steps of an epoch when only its validation and
    /// decision are left.
    /// </summary>
    public int StepInEpoch { get; init; }

    /// <summary>Training loss of the current epoch so far, added step by step.</summary>
    public LossTotal EpochLoss { get; init; }

    /// <summary>Whether the policy has ended the job early.</summary>
    public bool IsStoppedEarly { get; init; }

    /// <summary>
    /// What the policy remembers between epochs, in its own words (JSON). Empty at the beginning.
    /// </summary>
    public string PolicyState { get; init; } = "";
}
