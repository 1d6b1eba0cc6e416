namespace AkkaLstm.Protocol.Events;

/// <summary>What a worker did with the time of a step, or of the steps of an epoch.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="ShardCount">Shard tasks whose answers counted.</param>
/// <param name="Compute">Time its mathematics took.</param>
/// <param name="Transfer">From its assignment to its last answer, less <paramref name="Compute"/>: pulling
/// parameters, and messages on their way.</param>
/// <param name="Wait">The rest of the step: waiting for servers and for slower workers.</param>
public sealed record WorkerTiming(NodeId Worker, int ShardCount, TimeSpan Compute, TimeSpan Transfer, TimeSpan Wait);
