namespace AkkaLstm.Protocol.Roles;

/// <summary>The first input of every incarnation.</summary>
public sealed record Started : RoleInput;
