using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Sockets.Hosting;

/// <summary>Why a role's host has ended.</summary>
internal abstract record RoleEnd;

/// <summary>The role stops for good.</summary>
/// <param name="Cause">What made it stop.</param>
/// <param name="Reason">One line.</param>
internal sealed record RoleStopped(StopCause Cause, string Reason) : RoleEnd;

/// <summary>The role is to be replaced by its next incarnation.</summary>
internal sealed record RoleRestarts : RoleEnd;

/// <summary>The job is over; only a coordinator ends like this.</summary>
/// <param name="Outcome">How it ended.</param>
internal sealed record JobOver(JobOutcome Outcome) : RoleEnd;
