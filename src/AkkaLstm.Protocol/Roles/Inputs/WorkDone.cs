using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <summary>Work that the role had started is finished.</summary>
/// <param name="WorkId">As in <see cref="Effects.StartWork"/>.</param>
/// <param name="Result">The type that the order names.</param>
public sealed record WorkDone(long WorkId, WorkResult Result) : RoleInput;
