namespace AkkaLstm.Protocol.Effects;

/// <summary>Replace this role and its executor by those of the next incarnation.</summary>
public sealed record RestartNode : Effect;
