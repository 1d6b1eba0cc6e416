using System.Net;
using System.Net.Sockets;

namespace AkkaLstm.Wire;

/// <summary>How sockets of the cluster are set up.</summary>
public static class WireSockets
{
    /// <summary>
    /// Sends small frames at once. The kernel's buffers stay as they are: a fixed size would switch off its own
    /// tuning, which finds larger ones.
    /// </summary>
    public static void Configure(Socket socket) => socket.NoDelay = true;

    /// <summary>Whether a connection has both ends at one address, or at one that never leaves a machine.</summary>
    internal static bool IsWithinMachine(Socket socket)
    {
        IPAddress remote = AddressOf(socket.RemoteEndPoint);
        return IPAddress.IsLoopback(remote) || remote.Equals(AddressOf(socket.LocalEndPoint));
    }

    private static IPAddress AddressOf(EndPoint? end)
    {
        IPAddress address = ((IPEndPoint)end!).Address;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
