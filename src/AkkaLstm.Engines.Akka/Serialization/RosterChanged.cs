using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>The coordinator tells workers which servers there are.</summary>
/// <param name="Bytes">Length of the roster (4), little-endian, the roster as <see cref="HandshakeCodec"/> encodes it, and
/// the paths of the servers' actors in its order, in UTF-8, a line each.</param>
internal sealed record RosterChanged(byte[] Bytes) : IControlMessage
{
    /// <summary>Puts one together.</summary>
    /// <param name="servers">Where their values go, and the paths of the actors that take their messages.</param>
    public static RosterChanged Of(IReadOnlyList<(RosterEntry Entry, string Path)> servers)
    {
        byte[] roster = HandshakeCodec.Encode([.. servers.Select(server => server.Entry)]);
        byte[] paths = Encoding.UTF8.GetBytes(string.Join('\n', servers.Select(server => server.Path)));
        byte[] bytes = new byte[sizeof(int) + roster.Length + paths.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, roster.Length);
        roster.CopyTo(bytes, sizeof(int));
        paths.CopyTo(bytes, sizeof(int) + roster.Length);
        return new RosterChanged(bytes);
    }

    /// <summary>Takes it apart.</summary>
    /// <exception cref="WireException">It is no roster.</exception>
    public IReadOnlyList<(RosterEntry Entry, string Path)> Open()
    {
        int length = Bytes.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(Bytes);
        if (length < 0 || length > Bytes.Length - sizeof(int))
            throw new WireException(WireError.Truncated, $"a roster has {Bytes.Length} bytes");
        IReadOnlyList<RosterEntry> roster = HandshakeCodec.DecodeRoster(
            new ReadOnlySequence<byte>(Bytes, sizeof(int), length));
        string text = Encoding.UTF8.GetString(Bytes.AsSpan(sizeof(int) + length));
        string[] paths = text.Length == 0 ? [] : text.Split('\n');
        return paths.Length == roster.Count
            ? [.. roster.Zip(paths)]
            : throw new WireException(WireError.OutOfRange, $"{roster.Count} servers have {paths.Length} paths");
    }
}
