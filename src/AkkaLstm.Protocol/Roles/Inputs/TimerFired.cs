namespace AkkaLstm.Protocol.Roles;

/// <summary>The role's one timer has run out. One that comes too early or too often does no harm.</summary>
public sealed record TimerFired : RoleInput;
