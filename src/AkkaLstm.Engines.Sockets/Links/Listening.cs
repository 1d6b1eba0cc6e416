using System.Net;
using System.Net.Sockets;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Sockets.Links;

/// <summary>Starts listeners, and says which address it was when one cannot be had.</summary>
internal static class Listening
{
    /// <inheritdoc cref="WireListener.Start"/>
    /// <exception cref="ListenException">It cannot listen there.</exception>
    public static WireListener Start(
        IPEndPoint endpoint,
        ConnectionOptions options,
        Func<Greeting, IPAddress, GreetingReply> answer,
        Action<WireConnection> accepted,
        Action<IPAddress, string> refused)
    {
        try
        {
            return WireListener.Start(endpoint, options, answer, accepted, refused);
        }
        catch (SocketException e)
        {
            throw new ListenException(endpoint, e);
        }
    }
}
