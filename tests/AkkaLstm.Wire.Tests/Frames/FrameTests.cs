using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Tests.Support;

namespace AkkaLstm.Wire.Tests.Frames;

public class FrameTests
{
    private const int MaxBytes = 1000;

    [Fact]
    public void Header_OfAKnownFrame_HasTheDocumentedBytes()
    {
        byte[] frame = Framed(FrameKind.Ping, "12345678"u8);

        Assert.Equal("414C040008000000", Convert.ToHexString(frame.AsSpan(0, 8)));
        Assert.Equal(
            Crc32C.Of([.. frame.AsSpan(0, 8), .. frame.AsSpan(12)]),
            BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(8)));
    }

    [Fact]
    public void TryRead_AnywhereCut_GivesTheFramesAsSent()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            byte[] first = new byte[random.Next(40)], second = new byte[random.Next(40)];
            random.NextBytes(first);
            random.NextBytes(second);
            ReadOnlySequence<byte> bytes = Sequences.Cut(
                [.. Framed(FrameKind.Message, first), .. Framed(FrameKind.Pong, second), 1, 2], random, 9);

            Assert.True(Frame.TryRead(ref bytes, MaxBytes, out Frame one));
            Assert.True(Frame.TryRead(ref bytes, MaxBytes, out Frame two));

            Assert.Equal((FrameKind.Message, FrameKind.Pong), (one.Kind, two.Kind));
            Assert.Equal(first, one.Payload.ToArray());
            Assert.Equal(second, two.Payload.ToArray());
            Assert.Equal(2, bytes.Length);
            Assert.False(Frame.TryRead(ref bytes, MaxBytes, out _));
        }
    }

    [Fact]
    public void TryRead_AnyBitFlipped_IsRefusedOrIncomplete()
    {
        byte[] frame = Framed(FrameKind.Message, "payload"u8);
        for (int bit = 0; bit < 8 * frame.Length; bit++)
        {
            byte[] damaged = [.. frame];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var bytes = new ReadOnlySequence<byte>(damaged);
            try
            {
                Assert.False(Frame.TryRead(ref bytes, MaxBytes, out _), $"bit {bit}");
            }
            catch (WireException)
            {
            }
        }
    }

    [Theory]
    [InlineData(0, 0x42, WireError.Malformed)]
    [InlineData(2, 99, WireError.UnknownCase)]
    [InlineData(3, 1, WireError.Malformed)]
    [InlineData(7, 0x80, WireError.TooLong)]
    [InlineData(5, 0x10, WireError.TooLong)]
    [InlineData(8, 0, WireError.ChecksumMismatch)]
    [InlineData(12, 0, WireError.ChecksumMismatch)]
    public void TryRead_DamagedByte_SaysWhatIsWrong(int offset, byte value, WireError error)
    {
        byte[] frame = Framed(FrameKind.Message, "payload"u8);
        frame[offset] = value;
        var bytes = new ReadOnlySequence<byte>(frame);

        Assert.Equal(
            error, Assert.Throws<WireException>(() => Frame.TryRead(ref bytes, MaxBytes, out _)).Error);
    }

    [Fact]
    public async Task ReadAsync_FramesThenTheEnd_GivesThemThenNull()
    {
        var pipe = new Pipe();
        Frame.Write(pipe.Writer, FrameKind.Message, "one"u8);
        Frame.Write(pipe.Writer, FrameKind.Ping, "two"u8);
        await pipe.Writer.FlushAsync();
        await pipe.Writer.CompleteAsync();
        var reader = new FrameReader(pipe.Reader, MaxBytes, TimeSpan.FromSeconds(30));

        Assert.Equal("one"u8.ToArray(), (await reader.ReadAsync(default))!.Value.Payload.ToArray());
        Assert.Equal("two"u8.ToArray(), (await reader.ReadAsync(default))!.Value.Payload.ToArray());
        Assert.Null(await reader.ReadAsync(default));
    }

    [Fact]
    public async Task ReadAsync_EndWithinAFrame_IsTruncated()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Framed(FrameKind.Message, "payload"u8).AsMemory(0, 15));
        await pipe.Writer.CompleteAsync();

        await AssertError(WireError.Truncated, new FrameReader(pipe.Reader, MaxBytes, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task ReadAsync_PeerThatStopsInTheMiddle_TimesOut()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Framed(FrameKind.Message, "payload"u8).AsMemory(0, 15));

        await AssertError(
            WireError.TimedOut, new FrameReader(pipe.Reader, MaxBytes, TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task ReadAsync_CallerStops_IsCancelled()
    {
        using var stop = new CancellationTokenSource();
        var reader = new FrameReader(new Pipe().Reader, MaxBytes, TimeSpan.FromSeconds(30));
        ValueTask<Frame?> read = reader.ReadAsync(stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
    }

    private static async Task AssertError(WireError error, FrameReader reader) => Assert.Equal(
        error, (await Assert.ThrowsAsync<WireException>(async () => await reader.ReadAsync(default))).Error);

    private static byte[] Framed(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Frame.Write(buffer, kind, payload);
        return buffer.WrittenSpan.ToArray();
    }
}
