using System.Buffers;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Tests.Messages;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Proto = AkkaLstm.Wire.Generated;

namespace AkkaLstm.Wire.Tests.Handshakes;

public class HandshakeCodecTests
{
    private static readonly Greeting Sample = new(
        WireLimits.ProtocolVersion, "run", new string('a', 64), "", NodeId.Worker(3), new(7, ulong.MaxValue),
        WireChannel.Tensors);

    private static readonly Gen<string> Addresses = Gen.Elements("", ":7101", "10.0.0.1:7101", "[::1]:1", "server-7.example:65535");

    private static readonly Gen<Greeting> Greetings =
        from run in MessageGenerators.Texts
        from plan in Gen.Elements("", new string('0', 64), new string('f', 64))
        from data in Gen.Elements("", new string('9', 64))
        from node in MessageGenerators.Nodes
        from high in MessageGenerators.Counts from low in MessageGenerators.Counts
        from channel in Gen.Elements(Enum.GetValues<WireChannel>())
        from call in MessageGenerators.Counts from wantsSeat in Gen.Elements(false, true)
        from listen in Addresses from incarnation in Gen.Choose(0, WireLimits.MaxIncarnation)
        select new Greeting(
            WireLimits.ProtocolVersion, run, plan, data, node, new((ulong)high, ~(ulong)low), channel, call, wantsSeat, listen,
            incarnation);

    private static readonly Gen<GreetingReply> Replies = Gen.OneOf(
        from greeting in Greetings from seat in MessageGenerators.Nodes
        from incarnation in Gen.Choose(0, WireLimits.MaxIncarnation)
        select (GreetingReply)new GreetingAccepted(greeting, seat, incarnation),
        from why in Gen.Elements(Enum.GetValues<RefusalReason>()) from reason in MessageGenerators.Texts
        select (GreetingReply)new GreetingRefused(why, reason));

    private static readonly Gen<IReadOnlyList<RosterEntry>> Rosters =
        (from node in MessageGenerators.Nodes from high in MessageGenerators.Counts from low in MessageGenerators.Counts
         from address in Addresses
         select new RosterEntry(node, new((ulong)high, ~(ulong)low), address)).ListOf().Select(list => (IReadOnlyList<RosterEntry>)[.. list]);

    [Fact]
    public void Roster_ThereAndBack_IsTheSame() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(
            Rosters.ToArbitrary(),
            roster => Assert.Equal(roster, HandshakeCodec.DecodeRoster(Sequence(HandshakeCodec.Encode(roster))))));

    [Fact]
    public void Greeting_ThereAndBack_IsTheSame() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(
            Greetings.ToArbitrary(),
            greeting => Assert.Equal(
                greeting, HandshakeCodec.DecodeGreeting(Sequence(HandshakeCodec.Encode(greeting))))));

    [Fact]
    public void Reply_ThereAndBack_IsTheSame() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(
            Replies.ToArbitrary(),
            reply => Assert.Equal(reply, HandshakeCodec.DecodeReply(Sequence(HandshakeCodec.Encode(reply))))));

    [Fact]
    public void Greeting_OfAnotherVersion_IsToldApartWhateverElseItSays()
    {
        byte[] bytes = new Proto.Greeting { ProtocolVersion = WireLimits.ProtocolVersion + 1, RunId = new string('x', 999) }.ToByteArray();

        Assert.Equal(WireError.OtherVersion, Error(bytes));
    }

    [Fact]
    public void Greeting_HashThatIsNone_IsOutOfRange() => Assert.Equal(
        WireError.OutOfRange,
        Assert.Throws<WireException>(() => HandshakeCodec.Encode(Sample with { PlanHash = "../plan" })).Error);

    [Fact]
    public void Greeting_ShortInstance_IsOutOfRange()
    {
        Proto.Greeting greeting = Proto.Greeting.Parser.ParseFrom(HandshakeCodec.Encode(Sample));
        greeting.Instance = ByteString.CopyFrom(1, 2, 3);

        Assert.Equal(WireError.OutOfRange, Error(greeting.ToByteArray()));
    }

    [Fact]
    public void Greeting_SecondCoordinator_IsOutOfRange()
    {
        Proto.Greeting greeting = Proto.Greeting.Parser.ParseFrom(HandshakeCodec.Encode(Sample));
        greeting.Node = new() { Role = Proto.Role.Coordinator, Index = 1 };

        Assert.Equal(WireError.OutOfRange, Error(greeting.ToByteArray()));
    }

    [Fact]
    public void Greeting_LongestThereIs_FitsTheFrameOfStrangers()
    {
        byte[] bytes = HandshakeCodec.Encode(Sample with
        {
            RunId = new string('\u20AC', WireLimits.MaxRunIdLength), DataHash = new string('b', 64),
        });

        Assert.True(bytes.Length <= WireLimits.MaxHandshakeBytes, $"{bytes.Length} bytes");
    }

    private static WireError Error(byte[] bytes) =>
        Assert.Throws<WireException>(() => HandshakeCodec.DecodeGreeting(Sequence(bytes))).Error;

    private static ReadOnlySequence<byte> Sequence(byte[] bytes) => new(bytes);
}
