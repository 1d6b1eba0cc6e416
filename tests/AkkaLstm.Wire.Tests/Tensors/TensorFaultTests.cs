using System.Buffers.Binary;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Tensors;
using AkkaLstm.Wire.Tests.Support;

namespace AkkaLstm.Wire.Tests.Tensors;

/// <summary>Peers that are silent, gone, broken or lying.</summary>
public class TensorFaultTests
{
    private static readonly TensorChannelOptions Options = new() { MaxTransferBytes = 1 << 20 };

    private static readonly TensorChannelOptions Impatient = Options with
    {
        PeerTimeout = TimeSpan.FromMilliseconds(200), SinkTimeout = TimeSpan.FromMilliseconds(100),
    };

    public static TheoryData<string, WireError> Lies => new()
    {
        { "longer transfer than taken", WireError.TooLong },
        { "negative length", WireError.OutOfRange },
        { "no parts", WireError.Malformed },
        { "parts missing", WireError.Malformed },
        { "unknown element", WireError.OutOfRange },
        { "chunk without transfer", WireError.Unexpected },
        { "chunk longer than the part", WireError.OutOfRange },
        { "chunk of half a value", WireError.OutOfRange },
        { "empty chunk", WireError.OutOfRange },
        { "transfer within a transfer", WireError.Unexpected },
        { "frame longer than a chunk", WireError.TooLong },
        { "long idle", WireError.TooLong },
        { "damaged chunk", WireError.ChecksumMismatch },
        { "no frame", WireError.Malformed },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task RunAsync_PeerThatLies_IsToldWhyAndAbandoned(string lie, WireError error)
    {
        var stream = new ScriptedStream(Script(lie));
        var sink = new RecordingSink();

        WireException thrown = await Assert.ThrowsAsync<WireException>(
            () => new TensorReceiver(stream, sink, Options).RunAsync(default));

        Assert.Equal(error, thrown.Error);
        byte[] told = stream.Told.ToArray();
        byte[] abort = TensorFrames.Abort(thrown.Message);
        Assert.Equal(abort, told[^abort.Length..]);
    }

    [Fact]
    public async Task RunAsync_DamagedChunk_AbandonsTheValue()
    {
        var sink = new RecordingSink();

        await Assert.ThrowsAsync<WireException>(
            () => new TensorReceiver(new ScriptedStream(Script("damaged chunk")), sink, Options).RunAsync(default));

        Assert.False((await sink.NextAsync()).IsComplete);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(40)]
    public async Task RunAsync_PeerThatFallsSilent_TimesOut(int bytesBefore)
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        byte[] script = [.. Open(1, 1, (1, 100)), .. TensorFrames.Make(FrameKind.TensorChunk, new byte[400])];
        await connection.Left.WriteAsync(script.AsMemory(0, bytesBefore));

        await AssertError(
            WireError.TimedOut, new TensorReceiver(connection.Right, new RecordingSink(), Impatient).RunAsync(default));
    }

    [Fact]
    public async Task RunAsync_PeerThatIsGoneInTheMiddle_IsTruncated()
    {
        byte[] script = [.. Open(1, 1, (1, 100)), .. TensorFrames.Make(FrameKind.TensorChunk, new byte[200])];
        foreach (int length in new[] { 5, 20, script.Length - 1, script.Length })
        {
            await AssertError(
                WireError.Truncated,
                new TensorReceiver(new ScriptedStream(script[..length], piece: 7), new RecordingSink(), Options)
                    .RunAsync(default));
        }
    }

    [Fact]
    public async Task RunAsync_SinkWithoutMemory_TimesOut()
    {
        var sink = new RecordingSink
        {
            Wants = async (_, stop) =>
            {
                await Task.Delay(Timeout.Infinite, stop);
                return true;
            },
        };

        await AssertError(
            WireError.TimedOut,
            new TensorReceiver(new ScriptedStream(Open(1, 1, (1, 100))), sink, Impatient).RunAsync(default));
    }

    [Fact]
    public async Task RunAsync_Stopped_IsCancelledAndAbandons()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        await connection.Left.WriteAsync(Open(1, 1, (1, 100)));
        using var stop = new CancellationTokenSource();
        var opened = new TaskCompletionSource();
        var sink = new RecordingSink
        {
            Wants = (_, _) =>
            {
                opened.SetResult();
                return Task.FromResult(true);
            },
        };
        Task receiving = new TensorReceiver(connection.Right, sink, Options).RunAsync(stop.Token);
        await opened.Task;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        Assert.False((await sink.NextAsync()).IsComplete);
    }

    [Fact]
    public async Task SendAsync_ReceiverWithoutCredit_SendsNotAByteMoreThanGrantedAndTimesOut()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        const int granted = 1 << 19;
        await connection.Right.WriteAsync(TensorFrames.Credit(granted));
        await using var sender = new TensorSender(
            connection.Left, Impatient with { PeerTimeout = TimeSpan.FromSeconds(1), SharesMemory = false });

        await AssertError(WireError.TimedOut, sender.SendAsync(1, [new(new float[granted])], default));
        await sender.DisposeAsync();

        using var received = new MemoryStream();
        await connection.Right.CopyToAsync(received);
        int chunks = granted / Options.ChunkBytes;
        int expected = Open(1, 1, (1, granted)).Length + granted + (chunks * FrameHeader.Size);
        Assert.Equal(expected, received.Length - IdleBytes(received.ToArray().AsSpan(expected)));
    }

    [Fact]
    public async Task SendAsync_ReceiverThatGivesUp_SaysWhy()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        await connection.Right.WriteAsync(TensorFrames.Abort("no such transfer"));
        await using var sender = new TensorSender(connection.Left, Options);

        WireException thrown = await Assert.ThrowsAsync<WireException>(
            () => sender.SendAsync(1, [new(new float[1000])], default));

        Assert.Equal(WireError.Aborted, thrown.Error);
        Assert.Contains("no such transfer", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_ReceiverThatIsGone_IsTruncated()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        await using var sender = new TensorSender(connection.Left, Options);
        await connection.Right.DisposeAsync();

        await AssertError(WireError.Truncated, sender.SendAsync(1, [new(new float[1 << 20])], default));
    }

    private static async Task AssertError(WireError error, Task task) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<WireException>(() => task)).Error);

    private static int IdleBytes(ReadOnlySpan<byte> rest)
    {
        byte[] idle = TensorFrames.Make(FrameKind.TensorIdle, []);
        int count = 0;
        for (; rest.StartsWith(idle); rest = rest[idle.Length..])
            count += idle.Length;
        return count;
    }

    private static byte[] Script(string lie)
    {
        byte[] open = Open(1, 1, (1, 10));
        byte[] damaged = TensorFrames.Make(FrameKind.TensorChunk, new byte[40]);
        damaged[^1] ^= 1;
        return lie switch
        {
            "longer transfer than taken" => Open(1, 1, (1, 1 << 20)),
            "negative length" => Open(1, 1, (1, -1)),
            "no parts" => Open(1, 0),
            "parts missing" => Open(1, 3, (1, 10)),
            "unknown element" => Open(1, 1, (9, 10)),
            "chunk without transfer" => TensorFrames.Make(FrameKind.TensorChunk, new byte[40]),
            "chunk longer than the part" => [.. open, .. TensorFrames.Make(FrameKind.TensorChunk, new byte[44])],
            "chunk of half a value" => [.. open, .. TensorFrames.Make(FrameKind.TensorChunk, new byte[6])],
            "empty chunk" => [.. open, .. TensorFrames.Make(FrameKind.TensorChunk, [])],
            "transfer within a transfer" => [.. open, .. open],
            "frame longer than a chunk" =>
                TensorFrames.Make(FrameKind.TensorChunk, new byte[TensorChannelOptions.MaxChunkBytes + 1]),
            "long idle" => TensorFrames.Make(FrameKind.TensorIdle, new byte[TensorFrames.MaxSmallBytes + 1]),
            "damaged chunk" => [.. open, .. damaged],
            "no frame" => new byte[100],
            _ => throw new ArgumentOutOfRangeException(nameof(lie)),
        };
    }

    internal static byte[] Open(ulong id, int count, params (int Element, int Length)[] parts)
    {
        byte[] payload = new byte[12 + (8 * parts.Length)];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, id);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(8), count);
        for (int i = 0; i < parts.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(12 + (8 * i)), parts[i].Element);
            BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(16 + (8 * i)), parts[i].Length);
        }

        return TensorFrames.Make(FrameKind.TensorOpen, payload);
    }
}
