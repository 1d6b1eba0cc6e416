namespace AkkaLstm.Protocol;

/// <summary>What a bulk value is, by its place in the message that carries it.</summary>
public enum PayloadKind
{
    /// <summary>A slice's parameters.</summary>
    Parameters,

    /// <summary>The gradient of a subtree, or a slice of it.</summary>
    Gradient,

    /// <summary>Carried state of one shard.</summary>
    Carry,

    /// <summary>Parameters and optimizer state of a slice.</summary>
    State,
}
