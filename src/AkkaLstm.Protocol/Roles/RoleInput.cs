namespace AkkaLstm.Protocol.Roles;

/// <summary>Everything that can happen to a role; nothing else reaches it.</summary>
public abstract record RoleInput;
