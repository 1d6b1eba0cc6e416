using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Akka.Local;

/// <summary>How a job is spread over one actor system. None of it can change a bit of the result.</summary>
public sealed record LocalEngineOptions
{
    /// <summary>W, the number of workers; each computes on a thread of its own. Default 1.</summary>
    public int WorkerCount { get; init; } = 1;

    /// <summary>K, the number of parameter servers; each computes on a thread of its own. Default 1.</summary>
    public int ServerCount { get; init; } = 1;

    /// <summary>R, standby servers of each slice. Default 0.</summary>
    public int ReplicaCount { get; init; }

    /// <summary>Deadlines and budgets.</summary>
    public ProtocolOptions Protocol { get; init; } = new();

    internal ClusterShape Shape => new(ServerCount, ReplicaCount);

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(WorkerCount, 1);
        Shape.Validate();
        Protocol.Validate();
    }
}
