namespace AkkaLstm.Protocol.Effects;

/// <summary>Set the role's one timer; an earlier setting is replaced.</summary>
/// <param name="Delay">From now.</param>
public sealed record ArmTimer(TimeSpan Delay) : Effect;
