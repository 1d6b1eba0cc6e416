using System.Buffers;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Tests.Support;

namespace AkkaLstm.Wire.Tests.Frames;

public class Crc32CTests
{
    // RFC 3720, B.4.
    public static TheoryData<string, uint> Published => new()
    {
        { new string('0', 64), 0x8A9136AA },
        { new string('F', 64), 0x62A8AB43 },
        { "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 0x46DD794E },
        { "1F1E1D1C1B1A191817161514131211100F0E0D0C0B0A09080706050403020100", 0x113FDB5C },
        { Convert.ToHexString("123456789"u8), 0xE3069283 },
        { "", 0 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Of_PublishedVector_HasThePublishedChecksum(string hex, uint checksum) =>
        Assert.Equal(checksum, Crc32C.Of(Convert.FromHexString(hex)));

    [Fact]
    public void Of_AnyLength_IsThatOfTheDefinition()
    {
        int lanes = 3 * Crc32C.LaneBytes;
        byte[] bytes = new byte[(2 * lanes) + 17];
        new Random(1).NextBytes(bytes);
        IEnumerable<int> lengths =
            [.. Enumerable.Range(0, 300), lanes - 1, lanes, lanes + 1, (2 * lanes) - 1, 2 * lanes, bytes.Length];

        foreach (int length in lengths)
            Assert.Equal(Definition(bytes.AsSpan(0, length)), Crc32C.Of(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Append_InPieces_IsThatOfTheWhole()
    {
        byte[] bytes = new byte[20_000];
        new Random(2).NextBytes(bytes);
        ReadOnlySequence<byte> pieces = Sequences.Cut(bytes, new Random(3), 5000);

        Assert.Equal(Crc32C.Of(bytes), Crc32C.Append(Crc32C.Empty, pieces));
        Assert.Equal(Crc32C.Of(bytes), Crc32C.Append(Crc32C.Of(bytes.AsSpan(0, 7000)), bytes.AsSpan(7000)));
    }

    // Bit by bit, from the polynomial alone.
    private static uint Definition(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78u);
        }

        return ~crc;
    }
}
