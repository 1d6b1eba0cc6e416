using System.Net;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Files;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Sockets.Members;

/// <summary>Files from the coordinator, each over a connection of its own; they are few and seldom.</summary>
internal sealed class CoordinatorFiles(MemberOptions options)
{
    /// <inheritdoc cref="FileFetch"/>
    public async Task FetchAsync(string name, Stream destination, long maxBytes, CancellationToken stop)
    {
        var stranger = new NodeIdentity(
            RunId: "", PlanHash: "", DataHash: "", NodeOf(options.Role), NodeInstance.New(), Incarnation: 0, Listen: "");
        await using WireConnection connection = await WireDialer.ConnectAsync(
            options.Coordinator,
            NodeRole.Coordinator,
            stranger.Greet(WireChannel.Files, call: 0),
            options.Links.Connections,
            stop);
        await FileService.FetchAsync(connection.Stream, name, maxBytes, destination, stop);
    }

    private static NodeId NodeOf(NodeRole role) => role == NodeRole.Server ? NodeId.Server(0) : NodeId.Worker(0);
}
