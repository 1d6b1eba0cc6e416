namespace AkkaLstm.Protocol.Work;

/// <summary>Result of <see cref="RestoreSlice"/>.</summary>
/// <param name="Parameters">The slice's parameters.</param>
/// <param name="Carries">Carried state of the shards that the slice owns, in shard order; null stands for
/// zeros.</param>
/// <param name="Checksum">As in <see cref="SliceApplied"/>.</param>
public sealed record SliceRestored(Payload Parameters, IReadOnlyList<Payload?> Carries, ulong Checksum) : WorkResult;
