using System.Buffers.Binary;
using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Handshakes;

namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>A message of one role to another.</summary>
/// <param name="Bytes">Role (1) and index (4) of the sender, link (16 + 8), little-endian; then the message, see
/// <see cref="Wire.Messages.MessageCodec"/>.</param>
internal sealed record ControlEnvelope(byte[] Bytes) : IControlMessage
{
    private const int HeaderSize = 1 + sizeof(int) + (3 * sizeof(long));

    /// <summary>Puts one together.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="link">Whose tickets the message holds.</param>
    /// <param name="body">The message.</param>
    public static ControlEnvelope Of(NodeId from, LinkId link, ReadOnlySpan<byte> body)
    {
        byte[] bytes = new byte[HeaderSize + body.Length];
        bytes[0] = (byte)from.Role;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), from.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(5), link.Caller.High);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(13), link.Caller.Low);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(21), link.Call);
        body.CopyTo(bytes.AsSpan(HeaderSize));
        return new ControlEnvelope(bytes);
    }

    /// <summary>Takes it apart.</summary>
    /// <exception cref="WireException">It is no envelope.</exception>
    public (NodeId From, LinkId Link, ReadOnlyMemory<byte> Body) Open()
    {
        if (Bytes.Length < HeaderSize)
            throw new WireException(WireError.Truncated, $"an envelope has {Bytes.Length} bytes");
        var role = (NodeRole)Bytes[0];
        int index = BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(1));
        if (!Enum.IsDefined(role) || index is < 0 or > WireLimits.MaxNodeIndex)
            throw new WireException(WireError.OutOfRange, $"an envelope is from {role} {index}");
        var caller = new NodeInstance(
            BinaryPrimitives.ReadUInt64LittleEndian(Bytes.AsSpan(5)),
            BinaryPrimitives.ReadUInt64LittleEndian(Bytes.AsSpan(13)));
        var link = new LinkId(caller, BinaryPrimitives.ReadInt64LittleEndian(Bytes.AsSpan(21)));
        return (new NodeId(role, index), link, Bytes.AsMemory(HeaderSize));
    }
}
