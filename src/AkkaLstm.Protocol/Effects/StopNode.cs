namespace AkkaLstm.Protocol.Effects;

/// <summary>Stop this role for good.</summary>
/// <param name="Cause">What made it stop.</param>
/// <param name="Reason">One line.</param>
public sealed record StopNode(StopCause Cause, string Reason) : Effect;
