using System.Net;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Files;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Sockets.Members;

/// <summary>Files from the coordinator, each over a connection of its own; they are few and seldom.</summary>
internal sealed class CoordinatorFiles(MemberOptions options)
{
    /// <summary>The longest file that is taken, in bytes.</summary>
    private const long MaxBytes = 1L << 40;

    /// <summary>Fetches a file; a coordinator that cannot be reached is tried again until the token.</summary>
    public async Task FetchAsync(string name, Stream destination, CancellationToken stop)
    {
        var stranger = new NodeIdentity(
            RunId: "", PlanHash: "", DataHash: "", NodeOf(options.Role), NodeInstance.New(), Incarnation: 0, Listen: "");
        await using WireConnection connection = await WireDialer.ConnectAsync(
            options.Coordinator,
            NodeRole.Coordinator,
            stranger.Greet(WireChannel.Files, call: 0),
            options.Links.Connections,
            stop);
        await FileService.FetchAsync(connection.Stream, name, MaxBytes, destination, stop);
    }

    private static NodeId NodeOf(NodeRole role) => role == NodeRole.Server ? NodeId.Server(0) : NodeId.Worker(0);
}
