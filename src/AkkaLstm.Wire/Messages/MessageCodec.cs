using System.Buffers;
using AkkaLstm.Protocol.Messages;
using Google.Protobuf;
using Proto = AkkaLstm.Wire.Generated;

namespace AkkaLstm.Wire.Messages;

/// <summary>Control messages as bytes of the schema <c>control.proto</c>, and back. Bits of numbers are kept.</summary>
/// <param name="tickets">What stands for bulk values.</param>
public sealed class MessageCodec(IPayloadTickets tickets)
{
    private static readonly MessageParser<Proto.Envelope> Parser =
        Proto.Envelope.Parser.WithDiscardUnknownFields(true);

    /// <summary>Encodes a message.</summary>
    /// <returns>Its bytes, at most <see cref="WireLimits.MaxMessageBytes"/>.</returns>
    /// <exception cref="WireException">It is over a limit, so that no peer would take it.</exception>
    /// <exception cref="ArgumentException">The type of message has no codec.</exception>
    public byte[] Encode(Message message) => WireBytes.Of(MessageWriter.ToEnvelope(message, tickets));

    /// <summary>Decodes a message; its payloads come from <see cref="IPayloadTickets.Import"/>.</summary>
    /// <exception cref="WireException">The bytes are no sound message.</exception>
    public Message Decode(ReadOnlySequence<byte> bytes) =>
        MessageReader.FromEnvelope(WireBytes.Parse(bytes, Parser, Proto.Envelope.Descriptor), tickets);
}
