using System.Net;
using System.Net.Sockets;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Wire.Connections;

/// <summary>Calls other nodes.</summary>
public static class WireDialer
{
    /// <summary>Connects, encrypts where there is a certificate, and introduces this node.</summary>
    /// <param name="address">Where the other node listens.</param>
    /// <param name="role">What it must be.</param>
    /// <param name="greeting">Who calls, and what for.</param>
    /// <param name="options">Certificate and deadline.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="WireException"><see cref="WireError.Unreachable"/>, <see cref="WireError.Untrusted"/>,
    /// <see cref="WireError.Refused"/> with the other's reason, or what else can go wrong with a connection.</exception>
    public static async Task<WireConnection> ConnectAsync(
        EndPoint address, NodeRole role, Greeting greeting, ConnectionOptions options, CancellationToken stop)
    {
        using var deadline = new Deadline(options.HandshakeTimeout, options.Clock, stop);
        (Stream stream, IPAddress peer, bool isWithinMachine) = await ConnectAsync(address, deadline);
        try
        {
            if (options.Certificate is { } certificate)
            {
                Stream plain = stream;
                stream = await deadline.RunAsync(
                    async token => await certificate.CallAsync(plain, role, token), "no encryption in time");
            }

            GreetingReply reply = await GreetAsync(stream, greeting, deadline);
            if (reply is GreetingRefused refused)
                throw new WireException(WireError.Refused, $"turned away ({refused.Why}): {refused.Reason}", refused.Why);
            var accepted = (GreetingAccepted)reply;
            if (accepted.Greeting.Node.Role != role)
            {
                throw new WireException(
                    WireError.Unexpected, $"at {Text(address)} is a {accepted.Greeting.Node.Role}, expected a {role}");
            }

            return new WireConnection(stream, accepted.Greeting, peer, accepted) { IsWithinMachine = isWithinMachine };
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<GreetingReply> GreetAsync(Stream stream, Greeting greeting, Deadline deadline)
    {
        await HandshakeFrames.WriteAsync(stream, FrameKind.Greeting, HandshakeCodec.Encode(greeting), deadline);
        return HandshakeCodec.DecodeReply(
            await HandshakeFrames.ReadAsync(stream, FrameKind.GreetingReply, deadline));
    }

    private static async Task<(Stream Stream, IPAddress Peer, bool IsWithinMachine)> ConnectAsync(
        EndPoint address, Deadline deadline)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            WireSockets.Configure(socket);
            await deadline.RunAsync(token => socket.ConnectAsync(address, token), $"{Text(address)} does not answer");
            IPAddress peer = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            return (new NetworkStream(socket, ownsSocket: true), peer, WireSockets.IsWithinMachine(socket));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            socket?.Dispose(); // there is none where the system has no more of them
            throw new WireException(WireError.Unreachable, $"{Text(address)} cannot be reached: {e.Message}", e);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static string Text(EndPoint address) =>
        address is DnsEndPoint name ? $"{name.Host}:{name.Port}" : address.ToString()!;
}
