namespace AkkaLstm.Protocol;

/// <summary>A server's whole state of a step, for another server to hold as well.</summary>
/// <param name="State">Parameters and optimizer state, as a snapshot has them.</param>
/// <param name="Carries">Carried state of the shards that the slice owns; null stands for zeros.</param>
public sealed record SliceCopy(Payload State, IReadOnlyList<Payload?> Carries);
