using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Engines.Sockets.Links;

/// <summary>How nodes talk to each other.</summary>
public sealed record LinkOptions
{
    /// <summary>Certificate, handshakes.</summary>
    public ConnectionOptions Connections { get; init; } = new();

    /// <summary>Bulk values.</summary>
    public TensorChannelOptions Tensors { get; init; } = new();

    /// <summary>
    /// A peer of whose connection nothing has come for this long is gone. Each end shows three times as often that
    /// it is there. Heartbeats of the protocol decide sooner about nodes; this is for connections. Default 10 s.
    /// </summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause before the second attempt to call a peer; doubles with each further one. Default 50 ms.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause between two attempts. Default 2 s.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pauses between the attempts to call a peer.</summary>
    internal RetryDelay Retries() => new(FirstRetryDelay, LongestRetryDelay);
}
