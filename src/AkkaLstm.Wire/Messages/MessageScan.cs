using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace AkkaLstm.Wire.Messages;

/// <summary>
/// Counts the fields of an encoded message before it is parsed. The parser allocates an object for every nested
/// message, and one takes as little as two bytes on the wire.
/// </summary>
internal static class MessageScan
{
    /// <summary>Fails when there are more fields than <see cref="WireLimits.MaxMessageFields"/>.</summary>
    public static void Check(ReadOnlySequence<byte> bytes, MessageDescriptor schema)
    {
        var reader = new WireReader(bytes);
        int fields = 0;
        Count(ref reader, bytes.Length, schema, ref fields);
    }

    // The schema is not recursive, so neither is this beyond the schema's depth.
    private static void Count(ref WireReader reader, long end, MessageDescriptor schema, ref int fields)
    {
        while (reader.Position < end)
        {
            if (++fields > WireLimits.MaxMessageFields)
            {
                throw new WireException(
                    WireError.TooLong, $"a message has more than {WireLimits.MaxMessageFields} fields");
            }

            ulong tag = reader.ReadVarint();
            switch ((WireFormat.WireType)(tag & 7))
            {
                case WireFormat.WireType.Varint:
                    reader.ReadVarint();
                    break;
                case WireFormat.WireType.Fixed64:
                    reader.Skip(sizeof(ulong), end);
                    break;
                case WireFormat.WireType.Fixed32:
                    reader.Skip(sizeof(uint), end);
                    break;
                case WireFormat.WireType.LengthDelimited:
                    ulong length = reader.ReadVarint();
                    FieldDescriptor? field = schema.FindFieldByNumber((int)Math.Min(tag >> 3, int.MaxValue));
                    if (field is { FieldType: FieldType.Message })
                    {
                        if (length > (ulong)Math.Max(0, end - reader.Position))
                            throw WireReader.Overrun();
                        Count(ref reader, reader.Position + (long)length, field.MessageType, ref fields);
                    }
                    else
                    {
                        reader.Skip(length, end);
                    }

                    break;
                default:
                    // Groups, which the schema does not have: the parser would recurse into them.
                    throw new WireException(WireError.Malformed, $"a field has wire type {tag & 7}");
            }
        }

        if (reader.Position != end)
            throw WireReader.Overrun();
    }

    private ref struct WireReader(ReadOnlySequence<byte> bytes)
    {
        private SequenceReader<byte> _reader = new(bytes);

        public readonly long Position => _reader.Consumed;

        public static WireException Overrun() =>
            new(WireError.Malformed, "a field is longer than the message that it is in");

        public ulong ReadVarint()
        {
            ulong value = 0;
            for (int shift = 0; shift < 64; shift += 7)
            {
                if (!_reader.TryRead(out byte part))
                    throw Overrun();
                value |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80)
                    return value;
            }

            throw new WireException(WireError.Malformed, "a number has more than ten bytes");
        }

        public void Skip(ulong count, long end)
        {
            if (count > (ulong)Math.Max(0, end - Position))
                throw Overrun();
            _reader.Advance((long)count);
        }
    }
}
