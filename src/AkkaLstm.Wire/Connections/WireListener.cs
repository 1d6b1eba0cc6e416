using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Wire.Connections;

/// <summary>
/// Takes calls: encryption, greeting, answer. Whoever has not finished these is a stranger, with a deadline and a
/// bound on how many there are; what a stranger sends is decoded within <see cref="WireLimits.MaxHandshakeBytes"/>.
/// </summary>
public sealed class WireListener : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly ConnectionOptions _options;
    private readonly Func<Greeting, IPAddress, GreetingReply> _answer;
    private readonly Action<WireConnection> _accepted;
    private readonly Action<IPAddress, string> _refused;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly LinkedList<Stranger> _strangers = [];
    private readonly Task _listening;

    private WireListener(
        Socket socket,
        ConnectionOptions options,
        Func<Greeting, IPAddress, GreetingReply> answer,
        Action<WireConnection> accepted,
        Action<IPAddress, string> refused)
    {
        (_socket, _options, _answer, _accepted, _refused) = (socket, options, answer, accepted, refused);
        _listening = Task.Run(ListenAsync);
    }

    /// <summary>Where it listens, with the port that the system chose if none was asked for.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Begins to listen.</summary>
    /// <param name="endpoint">Where; port 0 for one that is free.</param>
    /// <param name="options">Certificate and bounds.</param>
    /// <param name="answer">Decides about a caller. Called from several threads at once.</param>
    /// <param name="accepted">Takes the connections of those that were accepted.</param>
    /// <param name="refused">Hears of those that were not, and why.</param>
    /// <exception cref="SocketException">It cannot listen there.</exception>
    public static WireListener Start(
        IPEndPoint endpoint,
        ConnectionOptions options,
        Func<Greeting, IPAddress, GreetingReply> answer,
        Action<WireConnection> accepted,
        Action<IPAddress, string> refused)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!OperatingSystem.IsWindows())
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endpoint);
            socket.Listen();
            return new WireListener(socket, options, answer, accepted, refused);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _socket.Dispose();
        await _listening;
        _closing.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            Socket caller;
            try
            {
                caller = await _socket.AcceptAsync(_closing.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // No file descriptors are left, or the caller has gone again. Strangers will time out.
                await Task.Delay(TimeSpan.FromMilliseconds(50));
                continue;
            }

            var stranger = new Stranger(caller, CancellationTokenSource.CreateLinkedTokenSource(_closing.Token));
            Admit(stranger);
            _ = Task.Run(() => GreetAsync(stranger));
        }
    }

    private void Admit(Stranger stranger)
    {
        Stranger? oldest = null;
        lock (_gate)
        {
            if (_strangers.Count >= _options.MaxStrangers)
            {
                oldest = _strangers.First!.Value;
                _strangers.RemoveFirst();
            }

            _strangers.AddLast(stranger);
        }

        oldest?.Leave.Cancel();
    }

    private async Task GreetAsync(Stranger stranger)
    {
        IPAddress from = IPAddress.None;
        Stream? stream = null;
        try
        {
            from = ((IPEndPoint)stranger.Socket.RemoteEndPoint!).Address;
            WireSockets.Configure(stranger.Socket);
            stream = new NetworkStream(stranger.Socket, ownsSocket: true);
            using var deadline = new Deadline(_options.HandshakeTimeout, _options.Clock, stranger.Leave.Token);
            if (_options.Certificate is { } certificate)
            {
                Stream plain = stream;
                stream = await deadline.RunAsync(
                    async token => await certificate.AcceptAsync(plain, token), "no encryption in time");
            }

            await GreetAsync(stream, from, deadline);
            stream = null; // it is somebody else's now
        }
        catch (Exception e) when (e is WireException or OperationCanceledException or SocketException)
        {
            if (!_closing.IsCancellationRequested)
                _refused(from, e is OperationCanceledException ? "too many callers at once" : e.Message);
        }
        finally
        {
            lock (_gate)
                _strangers.Remove(stranger);
            stranger.Leave.Dispose();
            if (stream is not null)
                await stream.DisposeAsync();
        }
    }

    /// <summary>The greeting and its answer; throws after a refusal was sent.</summary>
    private async Task GreetAsync(Stream stream, IPAddress from, Deadline deadline)
    {
        GreetingReply reply;
        Greeting? greeting = null;
        try
        {
            greeting = HandshakeCodec.DecodeGreeting(
                await HandshakeFrames.ReadAsync(stream, FrameKind.Greeting, deadline));
            reply = stream is SslStream encrypted && !ClusterCertificate.Allows(encrypted, greeting.Node.Role)
                ? new GreetingRefused(
                    RefusalReason.Certificate, $"the certificate is not one of a {greeting.Node.Role.ToString().ToLowerInvariant()}")
                : _answer(greeting, from);
        }
        catch (WireException e) when (e.Error == WireError.OtherVersion)
        {
            reply = new GreetingRefused(RefusalReason.ProtocolVersion, e.Message);
        }

        await HandshakeFrames.WriteAsync(stream, FrameKind.GreetingReply, HandshakeCodec.Encode(reply), deadline);
        if (reply is GreetingRefused refused)
            throw new WireException(WireError.Refused, refused.Reason, refused.Why);
        _accepted(new WireConnection(stream, greeting!, from, (GreetingAccepted)reply));
    }

    private sealed record Stranger(Socket Socket, CancellationTokenSource Leave);
}
