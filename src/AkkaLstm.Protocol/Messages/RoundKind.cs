namespace AkkaLstm.Protocol.Messages;

/// <summary>
/// What the shard tasks between two barriers do. In the order in which rounds of one step come: the
/// validation before step n uses the same parameters as step n.
/// </summary>
public enum RoundKind
{
    /// <summary>Validation at the end of an epoch; changes nothing.</summary>
    Evaluation,

    /// <summary>A training step.</summary>
    Training,
}
