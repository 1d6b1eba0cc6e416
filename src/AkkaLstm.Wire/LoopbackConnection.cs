using System.Net;
using System.Net.Sockets;

namespace AkkaLstm.Wire;

/// <summary>Both ends of a TCP connection within this process, for measurements and tests.</summary>
public sealed class LoopbackConnection : IAsyncDisposable
{
    private LoopbackConnection(Socket left, Socket right)
    {
        WireSockets.Configure(left);
        WireSockets.Configure(right);
        Left = new NetworkStream(left, ownsSocket: true);
        Right = new NetworkStream(right, ownsSocket: true);
    }

    /// <summary>The end that connected.</summary>
    public Stream Left { get; }

    /// <summary>The end that accepted.</summary>
    public Stream Right { get; }

    /// <summary>Connects on a port that the system chooses.</summary>
    public static async Task<LoopbackConnection> ConnectAsync(CancellationToken stop = default)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint, stop);
        return new LoopbackConnection(client, await listener.AcceptSocketAsync(stop));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Left.DisposeAsync();
        await Right.DisposeAsync();
    }
}
