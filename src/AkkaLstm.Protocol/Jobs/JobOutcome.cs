namespace AkkaLstm.Protocol.Jobs;

/// <summary>How a job ended.</summary>
public enum JobOutcomeKind
{
    /// <summary>All epochs or steps are done, or the policy ended it.</summary>
    Completed,

    /// <summary>Stopped on request, with a checkpoint written.</summary>
    Stopped,

    /// <summary>The job cannot succeed: its mathematics or its disk failed.</summary>
    Failed,

    /// <summary>The cluster has lost what the job needs to go on.</summary>
    LostCluster,

    /// <summary>Another coordinator has taken over; the job goes on there.</summary>
    Superseded,
}

/// <summary>The end of a job.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Progress">Where it stood.</param>
/// <param name="CheckpointId">The newest checkpoint known to be on disk; null when there is none.</param>
/// <param name="Reason">One line for the user; null when all went well.</param>
public sealed record JobOutcome(JobOutcomeKind Kind, JobProgress Progress, string? CheckpointId, string? Reason);
