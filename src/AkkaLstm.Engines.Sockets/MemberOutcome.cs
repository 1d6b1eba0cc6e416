namespace AkkaLstm.Engines.Sockets;

/// <summary>How taking part ended.</summary>
public enum MemberEnd
{
    /// <summary>The role was told to stop: the job is over, or it was let go.</summary>
    Stopped,

    /// <summary>No coordinator could be found for too long.</summary>
    CoordinatorLost,

    /// <summary>The coordinator turned this node away for good.</summary>
    TurnedAway,
}

/// <summary>The end of taking part.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Reason">One line for the user.</param>
public sealed record MemberOutcome(MemberEnd End, string Reason);
