using System.Buffers;
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
    /// <summary>Type of TLS's records of a handshake (RFC 8446, section 5.1).</summary>
    private const byte TlsHandshake = 22;

    /// <summary>A record that says: fatal, handshake_failure (RFC 8446, section 6).</summary>
    private static readonly byte[] TlsHandshakeFailure = [21, 3, 3, 0, 2, 2, 40];

    private readonly Socket _socket;
    private readonly ConnectionOptions _options;
    private readonly Func<Greeting, IPAddress, GreetingReply> _answer;
    private readonly Action<WireConnection> _accepted;
    private readonly Action<IPAddress, string> _refused;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Task _listening;

    // Invariant: those that are in here cancel and dispose their own token; whoever takes one out does it for it.
    private readonly LinkedList<Stranger> _strangers = [];

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
    /// <exception cref="ListenException">It cannot listen there.</exception>
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
            // Not ReuseAddress: on Linux it would let two programs listen on the same port, each with some of the
            // callers. A port whose last connections are just being closed is free without it.
            socket.Bind(endpoint);
            socket.Listen();
            return new WireListener(socket, options, answer, accepted, refused);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ListenException(endpoint, e);
        }
    }

    /// <summary>Stops; afterwards nobody is answered or accepted any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _socket.Dispose();
        await _listening;
        Task[] greetings;
        lock (_gate)
            greetings = [.. _strangers.Select(stranger => stranger.Greeting)];
        await Task.WhenAll(greetings).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

            Admit(new Stranger(caller, _closing.Token));
        }
    }

    private void Admit(Stranger stranger)
    {
        Stranger? displaced = null;
        lock (_gate)
        {
            if (_strangers.Count >= _options.MaxStrangers)
            {
                displaced = _strangers.First!.Value;
                _strangers.RemoveFirst();
            }

            _strangers.AddLast(stranger);
            stranger.Greeting = Task.Run(() => GreetAsync(stranger));
        }

        displaced?.TurnOut();
    }

    private async Task GreetAsync(Stranger stranger)
    {
        IPAddress from = IPAddress.None;
        Stream? stream = null;
        bool isAccepted = false;
        try
        {
            stream = new NetworkStream(stranger.Socket, ownsSocket: true);
            from = ((IPEndPoint)stranger.Socket.RemoteEndPoint!).Address;
            WireSockets.Configure(stranger.Socket);
            using var deadline = new Deadline(_options.HandshakeTimeout, _options.Clock, stranger.Leaving);
            string? objection = null;
            switch (_options.Certificate, await IsEncryptedAsync(stranger.Socket, deadline))
            {
                case ({ } certificate, true):
                    Stream plain = stream;
                    (stream, objection) = await deadline.RunAsync(
                        async token => await certificate.AcceptAsync(plain, token), "no encryption in time");
                    break;
                case (not null, false):
                    objection = "the caller does not encrypt, and this node does (--tls)";
                    break;
                case (null, true):
                    await RefuseEncryptionAsync(stream, deadline);
                    break;
                default:
                    break; // neither encrypts
            }

            WireConnection connection = await GreetAsync(stream, from, objection, deadline) with
            {
                IsWithinMachine = WireSockets.IsWithinMachine(stranger.Socket),
            };
            isAccepted = true;
            _accepted(connection);
        }
        catch (Exception e) when (e is WireException or OperationCanceledException or SocketException or IOException)
        {
            if (!_closing.IsCancellationRequested)
                _refused(from, e is OperationCanceledException ? "too many callers at once" : e.Message);
        }
        finally
        {
            if (!isAccepted)
                await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
            bool isOwn;
            lock (_gate)
                isOwn = _strangers.Remove(stranger);
            if (isOwn)
                stranger.Dispose();
        }
    }

    /// <summary>The first byte of TLS is the one that announces a handshake, that of a frame is an A.</summary>
    private static async ValueTask<bool> IsEncryptedAsync(Socket caller, Deadline deadline)
    {
        byte[] first = new byte[1];
        int read = await deadline.RunAsync(
            token => caller.ReceiveAsync(first, SocketFlags.Peek, token), "the handshake was not begun in time");
        return read > 0
            ? first[0] == TlsHandshake
            : throw new WireException(WireError.Truncated, "the caller hung up without a word");
    }

    /// <summary>Tells a caller that wants encryption, in its own language, that there is none here.</summary>
    private static async ValueTask RefuseEncryptionAsync(Stream stream, Deadline deadline)
    {
        await deadline.RunAsync(token => stream.WriteAsync(TlsHandshakeFailure, token), "the handshake was not finished in time");
        await HangUpAsync(stream, deadline);
        throw new WireException(WireError.Untrusted, "the caller encrypts, and this node does not (--tls)");
    }

    /// <summary>Closes so that what was said last is heard: a socket that is closed with something unread takes its last
    /// words back.</summary>
    private static async ValueTask HangUpAsync(Stream stream, Deadline deadline)
    {
        ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
        byte[] rest = new byte[WireLimits.MaxHandshakeBytes];
        await deadline.RunAsync(token => stream.ReadAsync(rest, token), "the caller does not hang up");
    }

    /// <summary>The greeting and its answer; throws after a refusal was sent.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="from">Who calls.</param>
    /// <param name="objection">Why the caller is not one of the cluster, whatever it says; null where it may be.</param>
    /// <param name="deadline">For all of it.</param>
    private async Task<WireConnection> GreetAsync(Stream stream, IPAddress from, string? objection, Deadline deadline)
    {
        GreetingReply reply;
        Greeting? greeting = null;
        ReadOnlySequence<byte> said = await ReadGreetingAsync(stream, deadline);
        try
        {
            if (objection is null)
            {
                greeting = HandshakeCodec.DecodeGreeting(said);
                reply = stream is SslStream encrypted && !ClusterCertificate.Allows(encrypted, greeting.Node.Role)
                    ? new GreetingRefused(
                        RefusalReason.Certificate, $"the certificate is not one of a {greeting.Node.Role.ToString().ToLowerInvariant()}")
                    : _answer(greeting, from);
            }
            else
            {
                reply = new GreetingRefused(RefusalReason.Certificate, objection);
            }
        }
        catch (WireException e) when (e.Error == WireError.OtherVersion)
        {
            reply = new GreetingRefused(RefusalReason.ProtocolVersion, e.Message);
        }

        await HandshakeFrames.WriteAsync(stream, FrameKind.GreetingReply, HandshakeCodec.Encode(reply), deadline);
        if (reply is GreetingRefused refused)
            throw new WireException(WireError.Refused, refused.Reason, refused.Why);
        return new WireConnection(stream, greeting!, from, (GreetingAccepted)reply);
    }

    private static async ValueTask<ReadOnlySequence<byte>> ReadGreetingAsync(Stream stream, Deadline deadline)
    {
        try
        {
            return await HandshakeFrames.ReadAsync(stream, FrameKind.Greeting, deadline);
        }
        catch (WireException e) when (stream is SslStream && e.Error == WireError.Truncated)
        {
            throw new WireException(e.Error, "the caller hung up when it had seen this node's certificate", e);
        }
    }

    /// <summary>A caller until it has been accepted or turned away.</summary>
    private sealed class Stranger : IDisposable
    {
        private readonly CancellationTokenSource _leaving;

        public Stranger(Socket socket, CancellationToken closing)
        {
            Socket = socket;
            _leaving = CancellationTokenSource.CreateLinkedTokenSource(closing);
            Leaving = _leaving.Token;
        }

        public Socket Socket { get; }

        /// <summary>Kept, as a source that was disposed gives none.</summary>
        public CancellationToken Leaving { get; }

        public Task Greeting { get; set; } = Task.CompletedTask;

        public void TurnOut()
        {
            _leaving.Cancel();
            _leaving.Dispose();
        }

        public void Dispose() => _leaving.Dispose();
    }
}
