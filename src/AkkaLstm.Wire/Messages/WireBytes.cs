using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace AkkaLstm.Wire.Messages;

/// <summary>The schema's records as bytes, within the limits in both directions.</summary>
internal static class WireBytes
{
    public static byte[] Of(IMessage record)
    {
        int length = record.CalculateSize();
        Checked.Length(length, WireLimits.MaxMessageBytes, "a message in bytes");
        byte[] bytes = record.ToByteArray();
        MessageScan.Check(new ReadOnlySequence<byte>(bytes), record.Descriptor);
        return bytes;
    }

    public static T Parse<T>(ReadOnlySequence<byte> bytes, MessageParser<T> parser, MessageDescriptor schema)
        where T : IMessage<T>
    {
        if (bytes.Length > WireLimits.MaxMessageBytes)
        {
            throw new WireException(
                WireError.TooLong,
                $"a message has {bytes.Length} bytes, at most {WireLimits.MaxMessageBytes} are taken");
        }

        MessageScan.Check(bytes, schema);
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new WireException(WireError.Malformed, $"a message cannot be read: {e.Message}", e);
        }
    }
}
