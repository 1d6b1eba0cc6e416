namespace AkkaLstm.Protocol.Events;

/// <summary>What a worker did with the time of a step, or of the steps of an epoch.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="ShardCount">Shard tasks whose answers counted.</param>
/// <param name="Compute">Time its mathematics took.</param>
/// <param name="Wait">The rest: waiting for parameters, for servers and for slower workers.</param>
public sealed record WorkerTiming(NodeId Worker, int ShardCount, TimeSpan Compute, TimeSpan Wait);
