namespace AkkaLstm.Protocol.Effects;

/// <summary>Stop this role for good.</summary>
/// <param name="Reason">One line.</param>
public sealed record StopNode(string Reason) : Effect;
