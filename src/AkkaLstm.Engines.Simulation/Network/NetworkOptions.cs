namespace AkkaLstm.Engines.Simulation;

/// <summary>How messages travel.</summary>
internal sealed record NetworkOptions
{
    /// <summary>No message is faster.</summary>
    public TimeSpan LeastLatency { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>Mean of the exponential part on top of it; what makes messages overtake each other.</summary>
    public TimeSpan MeanLatency { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>Probability that a message is one of the tail.</summary>
    public double TailProbability { get; init; }

    /// <summary>Mean latency in the tail.</summary>
    public TimeSpan TailLatency { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Of each direction of each connection.</summary>
    public double BytesPerSecond { get; init; } = 1e9;

    /// <summary>Whether messages of one direction of a connection keep their order, as over TCP.</summary>
    public bool IsInOrder { get; init; }

    /// <summary>Probability that a message is lost.</summary>
    public double Loss { get; init; }

    /// <summary>Probability that a message arrives twice.</summary>
    public double Duplication { get; init; }

    /// <summary>The same network with nothing wrong.</summary>
    public NetworkOptions Healed => this with { TailProbability = 0, Loss = 0, Duplication = 0 };
}
