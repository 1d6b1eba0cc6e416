using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>How a process's part in a cluster ended.</summary>
public enum NodeEndKind
{
    /// <summary>A coordinator: it ran the job to its end.</summary>
    JobEnded,

    /// <summary>A coordinator that stood by: another one ran the job to its end.</summary>
    JobEndedElsewhere,

    /// <summary>It was asked to leave, and has.</summary>
    Left,

    /// <summary>The role was told to stop: the job is over, or it was let go.</summary>
    Stopped,

    /// <summary>The cluster put it out: it was cut off from the majority, taken for dead, or another process has its
    /// part. With <see cref="ClusterNodeOptions.JoinsAgain"/> it comes back as a new node instead.</summary>
    Downed,

    /// <summary>The coordinator turned it away for good.</summary>
    TurnedAway,

    /// <summary>No coordinator could be found for too long.</summary>
    CoordinatorLost,
}

/// <summary>The end of a process's part in a cluster.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Reason">One line for the user.</param>
/// <param name="Outcome">The job's, where this process ran it.</param>
public sealed record NodeEnd(NodeEndKind Kind, string Reason, JobOutcome? Outcome = null);
