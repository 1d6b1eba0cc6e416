using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Roles;

/// <summary>Work that the role had started has failed.</summary>
/// <param name="WorkId">As in <see cref="Effects.StartWork"/>.</param>
/// <param name="Error">Why.</param>
public sealed record WorkFailed(long WorkId, WorkError Error) : RoleInput;
