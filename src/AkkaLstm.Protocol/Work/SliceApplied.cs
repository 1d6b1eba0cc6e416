namespace AkkaLstm.Protocol.Work;

/// <summary>A slice has taken a step.</summary>
/// <param name="Parameters">Its parameters of step n + 1.</param>
/// <param name="Carries">Carried state of step n + 1, in the executor's own buffers.</param>
/// <param name="Checksum">Of the parameters.</param>
public sealed record SliceApplied(
    Payload Parameters,
    IReadOnlyList<Payload?> Carries,
    ulong Checksum) : WorkResult;
