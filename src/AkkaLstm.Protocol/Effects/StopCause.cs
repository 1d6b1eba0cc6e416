namespace AkkaLstm.Protocol.Effects;

/// <summary>Why a role stops for good.</summary>
public enum StopCause
{
    /// <summary>The coordinator said so: the job is over, or the node is let go or given up.</summary>
    Told,

    /// <summary>It was asked to leave, and was not let go in time.</summary>
    Left,

    /// <summary>It has not heard of a coordinator for too long.</summary>
    CoordinatorLost,
}
