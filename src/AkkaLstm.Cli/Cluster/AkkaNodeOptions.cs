using System.Net;
using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Cli.Cluster;

/// <summary>What a command line says of a node on the Akka engine.</summary>
internal sealed record AkkaNodeOptions
{
    /// <summary>The configuration file; null for a node of this machine that joins <see cref="Join"/>.</summary>
    public string? Config { get; init; }

    /// <summary>The Akka address of a coordinator on this machine, <c>HOST:PORT</c>.</summary>
    public string? Join { get; init; }

    /// <summary>Where its tensor channel listens.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>What others are told to call for tensors; null for the host of its Akka address.</summary>
    public string? Advertise { get; init; }

    /// <summary>Certificate of the tensor channel.</summary>
    public required ConnectionOptions Connections { get; init; }
}
