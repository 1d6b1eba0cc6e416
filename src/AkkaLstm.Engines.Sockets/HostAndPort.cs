using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AkkaLstm.Engines.Sockets;

/// <summary>Addresses as text, <c>HOST:PORT</c>.</summary>
public static class HostAndPort
{
    /// <summary>Reads an address: an IP address or a host name, a colon and a port; IPv6 in brackets.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static EndPoint Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            throw new FormatException($"{text} is no address; write HOST:PORT");
        string host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        else if (host.Contains(':'))
            throw new FormatException($"{text} is no address; write an IPv6 address in brackets, [::1]:{port}");
        return IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
    }

    /// <summary>Reads an address and looks its host up.</summary>
    /// <exception cref="FormatException">It is none, or its host is not known.</exception>
    public static IPEndPoint Resolve(string text)
    {
        EndPoint address = Parse(text);
        if (address is IPEndPoint endpoint)
            return endpoint;
        var name = (DnsEndPoint)address;
        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(name.Host)[0], name.Port);
        }
        catch (SocketException e)
        {
            throw new FormatException($"the host {name.Host} is not known ({e.Message})", e);
        }
    }
}
