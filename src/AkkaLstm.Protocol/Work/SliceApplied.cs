namespace AkkaLstm.Protocol.Work;

/// <summary>Result of <see cref="ApplySlice"/>.</summary>
/// <param name="Parameters">The slice's parameters of step n + 1.</param>
/// <param name="Checksum">Cheap checksum over their bits, to tell diverging replicas apart.</param>
public sealed record SliceApplied(Payload Parameters, ulong Checksum) : WorkResult;
