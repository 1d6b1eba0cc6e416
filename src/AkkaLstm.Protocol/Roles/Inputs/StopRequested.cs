namespace AkkaLstm.Protocol.Roles;

/// <summary>Somebody asks the coordinator to stop the job: finish the step, write a checkpoint.</summary>
public sealed record StopRequested : RoleInput;
