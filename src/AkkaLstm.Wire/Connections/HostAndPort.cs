using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AkkaLstm.Wire.Connections;

/// <summary>Addresses as text, <c>HOST:PORT</c>.</summary>
public static class HostAndPort
{
    /// <summary>Reads an address: an IP address or a host name, a colon and a port; IPv6 in brackets.</summary>
    /// <exception cref="FormatException">It is none; the message says what would be one.</exception>
    public static EndPoint Parse(string text)
    {
        if (TryParse(text, out EndPoint? address))
            return address;
        throw text.LastIndexOf(':') is > 0 and var colon && text[..colon].Contains(':') && !text.StartsWith('[')
            ? new FormatException($"{text} is no address; write an IPv6 address in brackets, as in [::1]:7100")
            : new FormatException($"{text} is no address; write HOST:PORT");
    }

    /// <summary>Reads an address, as <see cref="Parse"/> does.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out EndPoint? address)
    {
        address = null;
        int colon = text.LastIndexOf(':');
        if (colon < 1 || !TryParsePort(text.AsSpan(colon + 1), out int port))
            return false;
        string host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            if (IPAddress.TryParse(host[1..^1], out IPAddress? inBrackets) && inBrackets.AddressFamily == AddressFamily.InterNetworkV6)
                address = new IPEndPoint(inBrackets, port);
        }
        else
        {
            address = Uri.CheckHostName(host) switch
            {
                UriHostNameType.IPv4 => new IPEndPoint(IPAddress.Parse(host), port),
                UriHostNameType.Dns => new DnsEndPoint(host, port),
                _ => null,
            };
        }

        return address is not null;
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

    /// <summary>A port of a host; an IPv6 address gets its brackets.</summary>
    /// <param name="host">Name or address, without brackets.</param>
    /// <param name="port">The port with its colon, <c>:PORT</c>.</param>
    public static string At(string host, string port) =>
        IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{host}]{port}"
            : host + port;

    /// <summary>An address as text.</summary>
    public static string Text(EndPoint address) =>
        address is DnsEndPoint name ? $"{name.Host}:{name.Port}" : address.ToString()!;

    private static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;
}
