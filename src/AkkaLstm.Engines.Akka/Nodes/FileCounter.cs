using System.Net;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Files;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>
/// Where a candidate gives out what nodes need of the job, as long as it is its coordinator: the job itself, data,
/// checkpoints.
/// </summary>
internal sealed class FileCounter : IAsyncDisposable
{
    private readonly ClusterNodeOptions _options;
    private readonly WireListener _listener;
    private readonly NodeIdentity _card = new("", "", "", NodeId.Coordinator, NodeInstance.New(), 0, "");
    private readonly FileDesk _desk;
    private volatile Func<string, Stream>? _open;

    /// <summary>Begins to listen.</summary>
    public FileCounter(ClusterNodeOptions options)
    {
        _options = options;
        _desk = new FileDesk(
            name => _open is { } open ? open(name) : throw new FileNotFoundException("this process is not the coordinator"),
            options.Notice);
        _listener = WireListener.Start(
            options.TensorListen,
            options.Connections,
            Answer,
            _desk.Take,
            (from, reason) => options.Notice($"turned {from} away: {reason}"));
    }

    /// <summary>What nodes are told to call; without a host it is that of the Akka address.</summary>
    public string Address => _options.TensorAdvertise ?? $":{_listener.Endpoint.Port}";

    /// <summary>This process has the job.</summary>
    public void Open(Func<string, Stream> open) => _open = open;

    /// <summary>This process has the job no more.</summary>
    public void Close() => _open = null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _desk.DisposeAsync();
    }

    private GreetingReply Answer(Greeting caller, IPAddress from) => caller.Channel switch
    {
        WireChannel.Files when _desk.HasRoom => new GreetingAccepted(_card.Greet(WireChannel.Files, call: 0), caller.Node, 0),
        WireChannel.Files => new GreetingRefused(
            RefusalReason.Busy, $"{FileDesk.MaxCallers} callers are being given files"),
        _ => new GreetingRefused(RefusalReason.Identity, "a coordinator is called for files only"),
    };
}
