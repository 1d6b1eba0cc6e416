using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation;

/// <summary>A simulated cluster in which nothing goes wrong by itself.</summary>
public sealed record SimulationOptions
{
    /// <summary>W. Default 1.</summary>
    public int WorkerCount { get; init; } = 1;

    /// <summary>Servers and standbys. Default one server.</summary>
    public ClusterShape Shape { get; init; } = new();

    /// <summary>Deadlines and budgets, in virtual time.</summary>
    public ProtocolOptions Protocol { get; init; } = new();

    /// <summary>Draws latencies and the time that work takes. Default 0.</summary>
    public long Seed { get; init; }
}
