using System.Buffers;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire.Messages;
using Google.Protobuf;
using Proto = AkkaLstm.Wire.Generated;

namespace AkkaLstm.Wire.Tests.Messages;

/// <summary>What a peer may not say, case by case.</summary>
public class MessageDecodeTests
{
    private readonly TestTickets _tickets = new();

    private static Proto.Fence Fence => new() { RunId = "run", Term = 1, Generation = 1, Step = 3 };

    private static Proto.Slice Slice => new() { Index = 0, Count = 2 };

    [Fact]
    public void Decode_NewerFieldAndNothingElseNew_IsRead()
    {
        byte[] known = new Proto.Envelope { Fence = Fence, Welcomed = new() }.ToByteArray();
        byte[] newer = [.. known, 0xA2, 0x3F, 2, 1, 2]; // field 1012, two bytes

        Message message = new MessageCodec(_tickets).Decode(new ReadOnlySequence<byte>(newer));

        Assert.Equal(new Welcomed(new Fence("run", 1, 1, 3)), message);
    }

    [Fact]
    public void Decode_NoBody_IsUnknownCase() =>
        AssertError(WireError.UnknownCase, "Body", new Proto.Envelope { Fence = Fence });

    [Fact]
    public void Decode_MissingFence_IsMissingField() =>
        AssertError(WireError.MissingField, "Fence", new Proto.Envelope { Welcomed = new() });

    [Fact]
    public void Decode_MissingScalar_IsMissingField()
    {
        Proto.Fence fence = Fence;
        fence.ClearStep();

        AssertError(
            WireError.MissingField, "fence.Step", new Proto.Envelope { Fence = fence, Welcomed = new() });
    }

    [Fact]
    public void Decode_NegativeStep_IsOutOfRange()
    {
        Proto.Fence fence = Fence;
        fence.Step = -1;

        AssertError(WireError.OutOfRange, "Step", new Proto.Envelope { Fence = fence, Welcomed = new() });
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 2)]
    [InlineData(-4, 4)]
    [InlineData(0, 0)]
    [InlineData(0, int.MinValue)]
    [InlineData(1 << 30, 1 << 30)]
    public void Decode_RangeThatIsNoSubtree_IsOutOfRange(int start, int count) => AssertError(
        WireError.OutOfRange,
        "subtree",
        new Proto.Envelope
        {
            Fence = Fence,
            GradientMissing = new() { Slice = Slice, Ranges = { new Proto.Range { Start = start, Count = count } } },
        });

    [Theory]
    [InlineData(2, 2)]
    [InlineData(-1, 2)]
    [InlineData(0, 0)]
    [InlineData(0, int.MaxValue)]
    public void Decode_SliceThatCannotBe_IsOutOfRange(int index, int count) => AssertError(
        WireError.OutOfRange,
        "slice",
        new Proto.Envelope
        {
            Fence = Fence,
            PullParameters = new() { Slice = new() { Index = index, Count = count } },
        });

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-1)]
    public void Decode_UnknownEnumValue_IsOutOfRange(int kind) => AssertError(
        WireError.OutOfRange,
        "RoundKind",
        new Proto.Envelope
        {
            Fence = Fence,
            StepAssigned = new() { Kind = (Proto.RoundKind)kind, Epoch = 0, StepInEpoch = 0 },
        });

    [Fact]
    public void Decode_LongString_IsTooLong()
    {
        Proto.Fence fence = Fence;
        fence.RunId = new string('r', WireLimits.MaxRunIdLength + 1);

        AssertError(WireError.TooLong, "RunId", new Proto.Envelope { Fence = fence, Welcomed = new() });
    }

    [Fact]
    public void Decode_FewerLossesThanShards_IsOutOfRange() => AssertError(
        WireError.OutOfRange,
        "Losses",
        new Proto.Envelope
        {
            Fence = Fence,
            ShardReported = new()
            {
                Kind = Proto.RoundKind.Training,
                Shards = new() { Start = 0, Count = 2 },
                Losses = { new Proto.Loss { Sum = 1, Count = 1, Correct = 0 } },
                ComputeTicks = 1,
            },
        });

    [Theory]
    [InlineData((int)Proto.PayloadKind.State, 4)]
    [InlineData((int)Proto.PayloadKind.Parameters, -1)]
    [InlineData((int)Proto.PayloadKind.Parameters, long.MaxValue)]
    public void Decode_TicketThatDoesNotBelongHere_IsOutOfRangeAndNothingIsImported(int kind, long bytes)
    {
        AssertError(
            WireError.OutOfRange,
            "ticket",
            new Proto.Envelope
            {
                Fence = Fence,
                ParametersPulled = new()
                {
                    Slice = Slice,
                    FirstCarryShard = 0,
                    Parameters = new()
                    {
                        Id = 1, Kind = (Proto.PayloadKind)kind, Bytes = bytes, Element = Proto.Element.Float32,
                        Checksum = 0,
                    },
                },
            });
        Assert.Equal(0, _tickets.Imports);
    }

    [Fact]
    public void Decode_MillionsOfEmptyParts_IsTooLongBeforeAnythingIsAllocated()
    {
        // Two bytes each: an empty `holders` within `step_assigned`.
        byte[] parts = new byte[1 << 20];
        for (int i = 0; i < parts.Length; i += 2)
            parts[i] = 0x22;
        byte[] bytes = [0x52, 0x80, 0x80, 0x40, .. parts];
        var codec = new MessageCodec(_tickets);
        var input = new ReadOnlySequence<byte>(bytes);
        Assert.Throws<WireException>(() => codec.Decode(input));

        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<WireException>(() => codec.Decode(input));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(WireError.TooLong, error.Error);
        Assert.True(allocated < 100_000, $"{allocated} bytes were allocated");
    }

    [Fact]
    public void Decode_MoreBytesThanTheLimit_IsTooLong() => AssertError(
        WireError.TooLong, "bytes", new byte[WireLimits.MaxMessageBytes + 1]);

    [Theory]
    [InlineData("52")] // a length is missing
    [InlineData("5205")] // five bytes are missing
    [InlineData("53")] // a group
    [InlineData("52FFFFFFFFFFFFFFFFFFFF01")] // a length of eleven bytes
    [InlineData("00")] // field 0
    [InlineData("5206FFFFFFFFFFFF")] // a body that is none
    public void Decode_BytesThatAreNoMessage_IsMalformed(string hex) =>
        AssertError(WireError.Malformed, "", Convert.FromHexString(hex));

    private void AssertError(WireError error, string place, Proto.Envelope envelope) =>
        AssertError(error, place, envelope.ToByteArray());

    private void AssertError(WireError error, string place, byte[] bytes)
    {
        var codec = new MessageCodec(_tickets);
        WireException thrown = Assert.Throws<WireException>(() => codec.Decode(new ReadOnlySequence<byte>(bytes)));

        Assert.Equal(error, thrown.Error);
        Assert.Contains(place, thrown.Message, StringComparison.Ordinal);
    }
}
