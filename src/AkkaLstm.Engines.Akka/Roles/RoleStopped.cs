using AkkaLstm.Protocol.Effects;

namespace AkkaLstm.Engines.Akka.Roles;

/// <summary>A shell to its parent: the role stops for good.</summary>
/// <param name="Cause">What for.</param>
/// <param name="Reason">One line.</param>
internal sealed record RoleStopped(StopCause Cause, string Reason);
