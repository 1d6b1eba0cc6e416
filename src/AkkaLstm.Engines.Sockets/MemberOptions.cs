using System.Net;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;

namespace AkkaLstm.Engines.Sockets;

/// <summary>How a server or worker takes part.</summary>
public sealed record MemberOptions
{
    /// <summary><see cref="NodeRole.Server"/> or <see cref="NodeRole.Worker"/>.</summary>
    public required NodeRole Role { get; init; }

    /// <summary>Where the coordinator listens.</summary>
    public required EndPoint Coordinator { get; init; }

    /// <summary>Servers: where workers may call it; port 0 for one that is free. Default a free port of the loopback
    /// device.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Servers: what others are told to call; null for the host that the coordinator sees and the port it
    /// listens on. Needed where addresses are translated.</summary>
    public string? Advertise { get; init; }

    /// <summary>The index that it asks for; null takes any free one.</summary>
    public int? Index { get; init; }

    /// <summary>How long it looks for a coordinator before it gives up. Default 30 min.</summary>
    public TimeSpan CoordinatorTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Connections.</summary>
    public LinkOptions Links { get; init; } = new();

    /// <summary>Receives what the role records.</summary>
    public IEventSink? Events { get; init; }

    /// <summary>Hears which address it has got.</summary>
    public Action<NodeId> Seated { get; init; } = _ => { };

    /// <summary>Hears of lost links and refusals: one line each.</summary>
    public Action<string> Notice { get; init; } = _ => { };
}
