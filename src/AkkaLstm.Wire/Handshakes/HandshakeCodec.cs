using System.Buffers;
using AkkaLstm.Wire.Messages;
using Google.Protobuf;
using static AkkaLstm.Wire.Messages.Checked;
using Proto = AkkaLstm.Wire.Generated;

namespace AkkaLstm.Wire.Handshakes;

/// <summary>The handshake's records as bytes, and back.</summary>
public static class HandshakeCodec
{
    private static readonly MessageParser<Proto.Greeting> GreetingParser =
        Proto.Greeting.Parser.WithDiscardUnknownFields(true);

    private static readonly MessageParser<Proto.GreetingReply> ReplyParser =
        Proto.GreetingReply.Parser.WithDiscardUnknownFields(true);

    private static readonly MessageParser<Proto.Roster> RosterParser =
        Proto.Roster.Parser.WithDiscardUnknownFields(true);

    /// <summary>Encodes a greeting.</summary>
    /// <exception cref="WireException">It is over a limit.</exception>
    public static byte[] Encode(Greeting greeting) => WireBytes.Of(Write(greeting));

    /// <summary>Encodes an answer.</summary>
    /// <exception cref="WireException">It is over a limit.</exception>
    public static byte[] Encode(GreetingReply reply) => WireBytes.Of(reply switch
    {
        GreetingAccepted accepted => new Proto.GreetingReply
        {
            Accepted = Write(accepted.Greeting),
            Seat = PartWriter.Write(accepted.Seat),
            Incarnation = accepted.Incarnation,
        },
        GreetingRefused refused => new Proto.GreetingReply
        {
            Refused = new Proto.Refused { Why = ToWire(refused.Why), Reason = PartWriter.Reason(refused.Reason) },
        },
        _ => throw new ArgumentException($"there is no codec for {reply.GetType().Name}"),
    });

    /// <summary>
    /// Decodes a greeting. The version is the only field that is looked at when it is not this program's own:
    /// the peer is to be told of that, and of nothing else.
    /// </summary>
    /// <exception cref="WireException">The bytes are no sound greeting, or <see cref="WireError.OtherVersion"/>.
    /// </exception>
    public static Greeting DecodeGreeting(ReadOnlySequence<byte> bytes) =>
        Read(WireBytes.Parse(bytes, GreetingParser, Proto.Greeting.Descriptor));

    /// <summary>Decodes an answer.</summary>
    /// <exception cref="WireException">The bytes are no sound answer.</exception>
    public static GreetingReply DecodeReply(ReadOnlySequence<byte> bytes)
    {
        Proto.GreetingReply reply = WireBytes.Parse(bytes, ReplyParser, Proto.GreetingReply.Descriptor);
        return reply.AnswerCase switch
        {
            Proto.GreetingReply.AnswerOneofCase.Accepted => new GreetingAccepted(
                Read(reply.Accepted), PartReader.Read(reply.Seat), UpTo(reply.HasIncarnation, reply.Incarnation, WireLimits.MaxIncarnation)),
            Proto.GreetingReply.AnswerOneofCase.Refused => new GreetingRefused(
                FromWire(Required(reply.Refused.HasWhy, reply.Refused.Why)),
                Text(reply.Refused.HasReason, reply.Refused.Reason, WireLimits.MaxReasonLength)),
            _ => throw new WireException(WireError.UnknownCase, "reply.Answer is of no known case"),
        };
    }

    private static Proto.Greeting Write(Greeting greeting)
    {
        return new Proto.Greeting
        {
            ProtocolVersion = greeting.ProtocolVersion,
            RunId = Text(greeting.RunId, WireLimits.MaxRunIdLength),
            PlanHash = Hash(greeting.PlanHash),
            DataHash = Hash(greeting.DataHash),
            Node = PartWriter.Write(greeting.Node),
            Instance = UnsafeByteOperations.UnsafeWrap(greeting.Instance.ToBytes()),
            Channel = greeting.Channel switch
            {
                WireChannel.Control => Proto.Channel.Control,
                WireChannel.Tensors => Proto.Channel.Tensors,
                WireChannel.TensorsBack => Proto.Channel.TensorsBack,
                WireChannel.Files => Proto.Channel.Files,
                _ => throw Unknown(greeting.Channel),
            },
            Call = greeting.Call,
            WantsSeat = greeting.WantsSeat,
            Listen = Text(greeting.Listen, WireLimits.MaxAddressLength),
            Incarnation = greeting.Incarnation,
        };
    }

    private static Greeting Read(Proto.Greeting greeting)
    {
        int version = Required(greeting.HasProtocolVersion, greeting.ProtocolVersion);
        if (version != WireLimits.ProtocolVersion)
        {
            throw new WireException(
                WireError.OtherVersion,
                $"the peer speaks version {version} of the protocol, this program {WireLimits.ProtocolVersion}");
        }

        return new Greeting(
            version,
            Text(greeting.HasRunId, greeting.RunId, WireLimits.MaxRunIdLength),
            Hash(Required(greeting.HasPlanHash, greeting.PlanHash)),
            Hash(Required(greeting.HasDataHash, greeting.DataHash)),
            PartReader.Read(greeting.Node),
            Instance(Required(greeting.HasInstance, greeting.Instance)),
            Required(greeting.HasChannel, greeting.Channel) switch
            {
                Proto.Channel.Control => WireChannel.Control,
                Proto.Channel.Tensors => WireChannel.Tensors,
                Proto.Channel.TensorsBack => WireChannel.TensorsBack,
                Proto.Channel.Files => WireChannel.Files,
                _ => throw Unknown(greeting.Channel),
            },
            NotNegative(greeting.HasCall, greeting.Call),
            Required(greeting.HasWantsSeat, greeting.WantsSeat),
            Text(greeting.HasListen, greeting.Listen, WireLimits.MaxAddressLength),
            UpTo(greeting.HasIncarnation, greeting.Incarnation, WireLimits.MaxIncarnation));
    }

    /// <summary>Encodes a roster.</summary>
    /// <exception cref="WireException">It is over a limit.</exception>
    public static byte[] Encode(IReadOnlyList<RosterEntry> roster) => WireBytes.Of(new Proto.Roster
    {
        Entries =
        {
            List(roster, entry => new Proto.RosterEntry
            {
                Node = PartWriter.Write(entry.Node),
                Instance = UnsafeByteOperations.UnsafeWrap(entry.Instance.ToBytes()),
                Address = Text(entry.Address, WireLimits.MaxAddressLength),
            }),
        },
    });

    /// <summary>Decodes a roster.</summary>
    /// <exception cref="WireException">The bytes are no sound roster.</exception>
    public static IReadOnlyList<RosterEntry> DecodeRoster(ReadOnlySequence<byte> bytes) => List(
        WireBytes.Parse(bytes, RosterParser, Proto.Roster.Descriptor).Entries,
        entry => new RosterEntry(
            PartReader.Read(entry.Node),
            Instance(Required(entry.HasInstance, entry.Instance)),
            Text(entry.HasAddress, entry.Address, WireLimits.MaxAddressLength)));

    private static NodeInstance Instance(ByteString bytes) => bytes.Length == WireLimits.InstanceBytes
        ? NodeInstance.Read(bytes.Span)
        : throw new WireException(
            WireError.OutOfRange, $"an instance has {bytes.Length} bytes, must have {WireLimits.InstanceBytes}");

    private static string Hash(string hash) =>
        hash.Length is 0 or WireLimits.HashLength && hash.All(char.IsAsciiHexDigitLower)
            ? hash
            : throw new WireException(
                WireError.OutOfRange, "a hash is neither empty nor a SHA-256 in lower-case hex");

    private static Proto.Refusal ToWire(RefusalReason reason) => reason switch
    {
        RefusalReason.ProtocolVersion => Proto.Refusal.ProtocolVersion,
        RefusalReason.Run => Proto.Refusal.Run,
        RefusalReason.Plan => Proto.Refusal.Plan,
        RefusalReason.Data => Proto.Refusal.Data,
        RefusalReason.Identity => Proto.Refusal.Identity,
        RefusalReason.Busy => Proto.Refusal.Busy,
        RefusalReason.Certificate => Proto.Refusal.Certificate,
        _ => throw Unknown(reason),
    };

    private static RefusalReason FromWire(Proto.Refusal reason) => reason switch
    {
        Proto.Refusal.ProtocolVersion => RefusalReason.ProtocolVersion,
        Proto.Refusal.Run => RefusalReason.Run,
        Proto.Refusal.Plan => RefusalReason.Plan,
        Proto.Refusal.Data => RefusalReason.Data,
        Proto.Refusal.Identity => RefusalReason.Identity,
        Proto.Refusal.Busy => RefusalReason.Busy,
        Proto.Refusal.Certificate => RefusalReason.Certificate,
        _ => throw Unknown(reason),
    };
}
