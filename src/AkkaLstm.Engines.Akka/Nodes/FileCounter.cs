using System.Net;
using AkkaLstm.Engines.Akka.Peers;
using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Files;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>
/// Where a candidate gives out what nodes need of the job, as long as it is its coordinator: the job itself, data,
/// checkpoints.
/// </summary>
internal sealed class FileCounter : IAsyncDisposable
{
    private readonly ClusterNodeOptions _options;
    private readonly WireListener _listener;
    private readonly NodeCard _card = new("", "", "", NodeId.Coordinator, NodeInstance.New(), 0, "");
    private readonly CancellationTokenSource _closing = new();
    private volatile Func<string, Stream>? _open;

    /// <summary>Begins to listen.</summary>
    public FileCounter(ClusterNodeOptions options)
    {
        _options = options;
        _listener = WireListener.Start(
            options.TensorListen,
            options.Connections,
            Answer,
            connection => _ = ServeAsync(connection),
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
        await _closing.CancelAsync();
        await _listener.DisposeAsync();
        _closing.Dispose();
    }

    private GreetingReply Answer(Greeting caller, IPAddress from) => caller.Channel == WireChannel.Files
        ? new GreetingAccepted(_card.Greet(WireChannel.Files), caller.Node, 0)
        : new GreetingRefused(RefusalReason.Identity, "a coordinator is called for files only");

    private async Task ServeAsync(WireConnection connection)
    {
        await using (connection)
        {
            try
            {
                await FileService.ServeAsync(
                    connection.Stream,
                    name => _open is { } open
                        ? open(name)
                        : throw new FileNotFoundException("this process is not the coordinator"),
                    _closing.Token);
            }
            catch (Exception e) when (e is WireException or IOException)
            {
                _options.Notice($"files for {connection.PeerAddress}: {e.Message}");
            }
            catch (OperationCanceledException)
            {
                // The job is over.
            }
        }
    }
}
