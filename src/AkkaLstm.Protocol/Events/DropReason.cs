namespace AkkaLstm.Protocol.Events;

/// <summary>Why an input had no effect.</summary>
public enum DropReason
{
    /// <summary>It belongs to another run.</summary>
    OtherRun,

    /// <summary>It belongs to an earlier generation, step, round or incarnation.</summary>
    Stale,

    /// <summary>Its answer is already in.</summary>
    Duplicate,

    /// <summary>It does not fit what the role is doing; whoever needs it will ask again.</summary>
    Unexpected,
}
