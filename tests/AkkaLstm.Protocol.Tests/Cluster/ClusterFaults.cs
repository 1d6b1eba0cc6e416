namespace AkkaLstm.Protocol.Tests.Cluster;

/// <summary>What goes wrong in a <see cref="RoleCluster"/> until its faults end.</summary>
internal sealed record ClusterFaults
{
    /// <summary>Probability that a message is lost.</summary>
    public double Loss { get; init; }

    /// <summary>Probability that a message arrives twice.</summary>
    public double Duplication { get; init; }

    /// <summary>Probability that work throws.</summary>
    public double WorkFailure { get; init; }

    /// <summary>Probability that work takes a hundred times as long.</summary>
    public double SlowWork { get; init; }

    /// <summary>
    /// Mean time between crashes of a worker; null for none. It restarts at once and has forgotten all.
    /// </summary>
    public TimeSpan? WorkerCrash { get; init; }

    /// <summary>Mean time between crashes of a server; null for none.</summary>
    public TimeSpan? ServerCrash { get; init; }

    /// <summary>Afterwards nothing more goes wrong.</summary>
    public TimeSpan Until { get; init; } = TimeSpan.FromSeconds(3);
}
