using System.Buffers;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire.Messages;
using FsCheck;
using FsCheck.Fluent;

namespace AkkaLstm.Wire.Tests.Messages;

public class MessageRoundTripTests
{
    private readonly MessageCodec _codec = new(new TestTickets());

    public static TheoryData<Type> Types => [.. MessageGenerators.Types];

    [Fact]
    public void Messages_OfTheProtocol_AreAllSealedAndHaveAGenerator() => Assert.All(
        MessageGenerators.Types,
        type =>
        {
            Assert.True(type.IsSealed, $"{type.Name} is not sealed");
            Assert.Contains(type, MessageGenerators.ByType.Keys);
        });

    [Theory]
    [MemberData(nameof(Types))]
    public void Decode_OfEncode_HasTheSameBits(Type type) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200),
            Prop.ForAll(MessageGenerators.ByType[type].ToArbitrary(), message =>
            {
                Message decoded = _codec.Decode(new ReadOnlySequence<byte>(_codec.Encode(message)));
                Assert.IsType(type, decoded);
                SameBits.Assert(message, decoded, type.Name);
            }));

    [Fact]
    public void Encode_LongReason_IsCutBetweenCharacters()
    {
        string reason = new string('x', WireLimits.MaxReasonLength - 1) + "\U0001F600 and more";
        var fence = new Fence("run", 1, 1, 0);

        var decoded = (Dismissed)_codec.Decode(
            new ReadOnlySequence<byte>(_codec.Encode(new Dismissed(fence, reason))));

        Assert.Equal(reason[..(WireLimits.MaxReasonLength - 1)], decoded.Reason);
    }

    [Fact]
    public void Encode_AsManyBlockSumsAsThereCanBe_Fits()
    {
        var reduced = new SliceReduced(
            new Fence("run", 1, 1, 0), new SliceId(0, 1), new double[WireLimits.MaxNumbers]);

        var decoded = (SliceReduced)_codec.Decode(new ReadOnlySequence<byte>(_codec.Encode(reduced)));

        Assert.Equal(WireLimits.MaxNumbers, decoded.BlockSquareSums.Count);
    }

    [Fact]
    public void Encode_MoreThanAPeerWouldTake_IsRefusedHere()
    {
        var fence = new Fence("run", 1, 1, 0);
        var ranges = new ShardRange[WireLimits.MaxListLength + 1];
        Array.Fill(ranges, new ShardRange(0, 1));

        Assert.Equal(WireError.TooLong, Error(new GradientMissing(fence, new SliceId(0, 1), ranges)));
        Assert.Equal(
            WireError.TooLong,
            Error(new SliceReduced(fence, new SliceId(0, 1), new double[WireLimits.MaxNumbers + 1])));
        Assert.Equal(
            WireError.TooLong, Error(new Welcomed(fence with { RunId = new string('r', 129) })));
    }

    private WireError Error(Message message) =>
        Assert.Throws<WireException>(() => _codec.Encode(message)).Error;
}
