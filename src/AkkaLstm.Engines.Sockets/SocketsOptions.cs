using System.Net;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Sockets;

/// <summary>How a coordinator runs a job over a network. None of it can change a bit of the result.</summary>
public sealed record SocketsOptions
{
    /// <summary>Where it listens; port 0 for one that is free. Default a free port of the loopback device.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>How many servers there are.</summary>
    public ClusterShape Shape { get; init; } = new();

    /// <summary>Deadlines and budgets of the roles.</summary>
    public ProtocolOptions Protocol { get; init; } = new();

    /// <summary>Connections.</summary>
    public LinkOptions Links { get; init; } = new();

    /// <summary>How long nodes get to take the news of the end before the coordinator closes. Default 3 s.</summary>
    public TimeSpan FarewellTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Hears where it listens, before any node is taken.</summary>
    public Action<IPEndPoint> Listening { get; init; } = _ => { };

    /// <summary>Hears of callers that were turned away, and of links that are gone: one line each.</summary>
    public Action<string> Notice { get; init; } = _ => { };
}
