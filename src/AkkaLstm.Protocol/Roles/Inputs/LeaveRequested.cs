namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// Somebody asks a worker or server to leave: it finishes what it holds, hands over, and stops within
/// <see cref="ProtocolOptions.LeaveTimeout"/> in any case.
/// </summary>
public sealed record LeaveRequested : RoleInput;
