using System.Net;
using System.Net.Sockets;

namespace AkkaLstm.Engines.Akka.Tests;

/// <summary>
/// Ports that somebody is told before he listens there. They lie below those that systems give out by themselves, or a
/// connection of another process could get one in between.
/// </summary>
internal static class FreePort
{
    private const int First = 12000;
    private const int Count = 18000;

    private static int _next = Random.Shared.Next(Count);

    /// <summary>One that nobody listens on, and that this process has not given out before.</summary>
    public static int Next()
    {
        for (int tries = 0; tries < Count; tries++)
        {
            int port = First + ((int)((uint)Interlocked.Increment(ref _next) % Count));
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }

        throw new InvalidOperationException("no port is free");
    }
}
