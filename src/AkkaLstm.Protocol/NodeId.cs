namespace AkkaLstm.Protocol;

/// <summary>What a node does in the cluster.</summary>
public enum NodeRole
{
    /// <summary>Runs epochs, checkpoints and decisions; one per run.</summary>
    Coordinator,

    /// <summary>Holds one slice of the parameters and its optimizer state.</summary>
    Server,

    /// <summary>Computes shard tasks; owns nothing.</summary>
    Worker,
}

/// <summary>Address of an actor. It outlives incarnations: a restarted worker keeps its identity.</summary>
/// <param name="Role">What it does.</param>
/// <param name="Index">Counts from 0 within its role.</param>
public readonly record struct NodeId(NodeRole Role, int Index)
{
    /// <summary>The run's coordinator.</summary>
    public static NodeId Coordinator { get; } = new(NodeRole.Coordinator, 0);

    /// <summary>The server with this index.</summary>
    public static NodeId Server(int index) => new(NodeRole.Server, index);

    /// <summary>The worker with this index.</summary>
    public static NodeId Worker(int index) => new(NodeRole.Worker, index);

    /// <inheritdoc/>
    public override string ToString() => Role switch
    {
        NodeRole.Coordinator => "coordinator",
        NodeRole.Server => $"server-{Index}",
        _ => $"worker-{Index}",
    };
}
