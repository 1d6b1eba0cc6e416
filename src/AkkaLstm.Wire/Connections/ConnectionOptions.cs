namespace AkkaLstm.Wire.Connections;

/// <summary>How calls are made and taken.</summary>
public sealed record ConnectionOptions
{
    /// <summary>Who may take part; null for no encryption, where whoever reaches the port is trusted.</summary>
    public ClusterCertificate? Certificate { get; init; }

    /// <summary>How long connecting, encryption and greeting may take together.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Callers whose handshake is under way, at most; one more, and the one that has taken longest is cut off. So
    /// strangers that fall silent bind a bounded number of sockets, and nobody else is kept out.
    /// </summary>
    public int MaxStrangers { get; init; } = 256;

    /// <summary>Measures the deadline.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
