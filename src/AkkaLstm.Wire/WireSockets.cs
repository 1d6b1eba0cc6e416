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
}
