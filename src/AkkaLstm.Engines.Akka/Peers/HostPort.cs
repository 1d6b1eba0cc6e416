using System.Globalization;
using System.Net;
using AkkaLstm.Wire;

namespace AkkaLstm.Engines.Akka.Peers;

/// <summary>Addresses as text, <c>HOST:PORT</c>.</summary>
internal static class HostPort
{
    /// <summary>Reads one.</summary>
    /// <exception cref="WireException">It is none.</exception>
    public static EndPoint Parse(string text)
    {
        if (IPEndPoint.TryParse(text, out IPEndPoint? address) && address.Port != 0)
            return address;
        int colon = text.LastIndexOf(':');
        return colon > 0
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            && port != 0
            ? new DnsEndPoint(text[..colon], port)
            : throw new WireException(WireError.OutOfRange, $"'{text}' is no address HOST:PORT");
    }

    /// <summary>Writes one; a host that is an IPv6 address gets its brackets.</summary>
    public static string Of(string host, int port) =>
        IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, port).ToString() : $"{host}:{port}";
}
