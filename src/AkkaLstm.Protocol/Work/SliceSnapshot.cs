namespace AkkaLstm.Protocol.Work;

/// <summary>Result of <see cref="SnapshotSlice"/>.</summary>
/// <param name="State">A copy of the slice's parameters and optimizer state.</param>
/// <param name="Carries">Copies of the carried state of the shards that the slice owns, in shard order; null
/// stands for zeros.</param>
public sealed record SliceSnapshot(Payload State, IReadOnlyList<Payload?> Carries) : WorkResult;
