using System.Net;
using AkkaLstm.Engines.Akka.Logging;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>How one process takes part in a cluster. None of it can change a bit of the result.</summary>
public sealed record ClusterNodeOptions
{
    /// <summary>Name of the actor system; the same in the whole cluster, and part of every address in it.</summary>
    public const string SystemName = "akkalstm";

    /// <summary>HOCON: the node's address, the seeds, encryption; see <c>cluster-config</c>. A coordinator without seeds
    /// begins a cluster by itself.</summary>
    public required string Config { get; init; }

    /// <summary>What lines <c>key = ${?NAME}</c> of the configuration take their value from: environment variables,
    /// where containers need them. A value in brackets is a list. Default none.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Where its tensor channel listens; port 0 for one that is free. Default a free port of the loopback
    /// device.</summary>
    public IPEndPoint TensorListen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>What others are told to call for tensors, <c>HOST:PORT</c>; null for the host of its Akka address and the
    /// port it listens on. Needed where addresses are translated.</summary>
    public string? TensorAdvertise { get; init; }

    /// <summary>Certificate and handshake of the tensor channel.</summary>
    public ConnectionOptions Connections { get; init; } = new();

    /// <summary>Sizes and deadlines of the tensor channel.</summary>
    public TensorChannelOptions Tensors { get; init; } = new();

    /// <summary>The index that a server or worker asks for; null takes any free one.</summary>
    public int? Index { get; init; }

    /// <summary>How long a server or worker without a role looks for a coordinator, and how long any node tries to come
    /// back to a cluster that puts it out. Default 30 min.</summary>
    public TimeSpan CoordinatorTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a server or worker stays in a cluster that has no process for a coordinator; such a cluster gets
    /// none any more, so it looks for another one. Default 10 s.</summary>
    public TimeSpan AloneTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a candidate that finds no cluster waits before it looks whether the job is complete. One that is the
    /// second seed begins a cluster after twice as long, the third after three times. Default 15 s.</summary>
    public TimeSpan NoClusterTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a coordinator that is asked to go waits to see whether all the others are, too: somebody who ends a
    /// cluster asks all of its processes at once. Default 1 s.</summary>
    public TimeSpan LeaveGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether a node that the cluster has put out joins again as a new one. Default true.</summary>
    public bool JoinsAgain { get; init; } = true;

    /// <summary>Hears the node's Akka address, <c>HOST:PORT</c>, before it joins.</summary>
    public Action<string> Listening { get; init; } = _ => { };

    /// <summary>Hears that the node is a member of a cluster.</summary>
    public Action Joined { get; init; } = () => { };

    /// <summary>Receives what the role of a server or worker records.</summary>
    public IEventSink? Events { get; init; }

    /// <summary>Hears which address the node has got.</summary>
    public Action<NodeId> Seated { get; init; } = _ => { };

    /// <summary>Hears of lost nodes and refusals: one line each.</summary>
    public Action<string> Notice { get; init; } = _ => { };

    /// <summary>Receives what Akka.NET logs of itself, from any thread. What matters of it is noticed anyway.</summary>
    public Action<EngineLogEntry> Log { get; init; } = _ => { };
}
