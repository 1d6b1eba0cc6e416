using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Protocol.Effects;

/// <summary>Only the coordinator: the job is over.</summary>
/// <param name="Outcome">How it ended.</param>
public sealed record EndJob(JobOutcome Outcome) : Effect;
