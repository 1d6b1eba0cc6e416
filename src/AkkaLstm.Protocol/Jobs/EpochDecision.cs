namespace AkkaLstm.Protocol.Jobs;

/// <summary>What follows from an epoch's losses.</summary>
/// <param name="PolicyState">New state of the policy.</param>
/// <param name="IsBest">Whether the parameters are the best so far.</param>
/// <param name="Stop">Whether to end training early.</param>
public sealed record EpochDecision(string PolicyState, bool IsBest, bool Stop);
