using System.Buffers;
using AkkaLstm.Fuzzing;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire.Files;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Tensors;
using AkkaLstm.Wire.Tests.Messages;
using AkkaLstm.Wire.Tests.Support;
using AkkaLstm.Wire.Tests.Tensors;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace AkkaLstm.Wire.Tests.Fuzzing;

public class DecoderFuzzTests(ITestOutputHelper output)
{
    /// <summary>Most that decoding an input of these sizes may allocate: 64 bytes a byte and some.</summary>
    private const long MaxAllocatedBytes = 256 * 1024;

    /// <summary>The buffer of one chunk, which both ends of a file's connection have.</summary>
    private const long FileChunkBytes = 1 << 18;

    private static readonly TensorChannelOptions TensorOptions = new() { MaxTransferBytes = 1 << 20 };

    private static readonly MessageCodec Codec = new(new TestTickets());

    // Made once: the generators are slower than the decoder.
    private static readonly byte[][] Messages = MakeMessages();

    [Fact]
    public void Messages_DamagedOrRandom_AreTakenOrRefused() => Fuzz(
        new FuzzRunner("messages", 50_000, MaxAllocatedBytes),
        random => [.. Messages[random.Next(Messages.Length)]],
        bytes => Codec.Decode(new ReadOnlySequence<byte>(bytes)));

    [Fact]
    public void Greetings_DamagedOrRandom_AreTakenOrRefused()
    {
        byte[] greeting = HandshakeCodec.Encode(new Greeting(
            WireLimits.ProtocolVersion, "run", new string('a', 64), "", Protocol.NodeId.Worker(3), new(7, 8),
            WireChannel.Control));
        byte[] refusal = HandshakeCodec.Encode(new GreetingRefused(RefusalReason.Plan, "another plan"));

        Fuzz(
            new FuzzRunner("greetings", 50_000, MaxAllocatedBytes),
            _ => [.. greeting],
            bytes => HandshakeCodec.DecodeGreeting(new ReadOnlySequence<byte>(bytes)));
        Fuzz(
            new FuzzRunner("replies", 50_000, MaxAllocatedBytes),
            _ => [.. refusal],
            bytes => HandshakeCodec.DecodeReply(new ReadOnlySequence<byte>(bytes)));
    }

    [Fact]
    public void Frames_DamagedOrRandom_AreTakenOrRefused() => Fuzz(
        new FuzzRunner("frames", 50_000, MaxAllocatedBytes),
        Framed,
        bytes =>
        {
            ReadOnlySequence<byte> rest = Sequences.Cut(bytes, new Random(bytes.Length), 64);
            while (Frame.TryRead(ref rest, WireLimits.MaxMessageBytes, out Frame frame))
            {
                if (frame.Kind == FrameKind.Message)
                    Codec.Decode(frame.Payload);
            }

            // What is left over waits for more bytes; it is taken so far.
            return rest;
        });

    [Fact]
    public void Rosters_DamagedOrRandom_AreTakenOrRefused()
    {
        byte[] roster = HandshakeCodec.Encode([
            new RosterEntry(Protocol.NodeId.Server(0), new(1, 2), "10.0.0.1:7101"),
            new RosterEntry(Protocol.NodeId.Server(7), new(3, 4), "server-7.example:7101"),
        ]);

        Fuzz(
            new FuzzRunner("rosters", 50_000, MaxAllocatedBytes),
            _ => [.. roster],
            bytes => HandshakeCodec.DecodeRoster(new ReadOnlySequence<byte>(bytes)));
    }

    [Fact]
    public void FileRequests_DamagedOrRandom_AreTakenOrRefused() => Fuzz(
        new FuzzRunner("file requests", 50_000, FileChunkBytes + MaxAllocatedBytes),
        _ => [.. TensorFrames.Make(FrameKind.FileRequest, "plan"u8), .. TensorFrames.Make(FrameKind.FileRequest, "none"u8)],
        bytes =>
        {
            FileService.ServeAsync(
                new ScriptedStream(bytes, piece: 20),
                name => name == "plan" ? new MemoryStream(new byte[300]) : throw new FileNotFoundException(name),
                default).GetAwaiter().GetResult();
            return bytes;
        });

    [Fact]
    public void Files_DamagedOrRandom_AreTakenOrRefused()
    {
        byte[] file =
        [
            .. TensorFrames.Make(FrameKind.FileOpen, [0x2C, 1, 0, 0, 0, 0, 0, 0]), // 300 bytes
            .. TensorFrames.Make(FrameKind.FileChunk, new byte[200]),
            .. TensorFrames.Make(FrameKind.FileChunk, new byte[100]),
        ];

        Fuzz(
            new FuzzRunner("files", 50_000, FileChunkBytes + MaxAllocatedBytes),
            random => random.Next(4) == 0 ? TensorFrames.Make(FrameKind.FileRefused, "not here"u8) : [.. file],
            bytes =>
            {
                using var destination = new MemoryStream();
                try
                {
                    FileService.FetchAsync(new ScriptedStream(bytes, piece: 100), "data", 1 << 20, destination, default)
                        .GetAwaiter().GetResult();
                }
                catch (FileNotFoundException)
                {
                    // The documented answer to a refusal.
                }

                return bytes;
            });
    }

    [Fact]
    public void TensorStreams_DamagedOrRandom_AreTakenOrRefused() => Fuzz(
        new FuzzRunner("tensor streams", 50_000, TensorChannelOptions.MaxChunkBytes + MaxAllocatedBytes),
        TensorStream,
        bytes =>
        {
            var sink = new RecordingSink
            {
                // As an engine does: only what it has heard of, and nothing of a size that it does not expect.
                Wants = (header, _) => Task.FromResult(header.Bytes <= 1 << 14),
            };
            new TensorReceiver(new ScriptedStream(bytes, piece: 100), sink, TensorOptions).RunAsync(default)
                .GetAwaiter().GetResult();
            return bytes;
        });

    private void Fuzz(FuzzRunner runner, Func<Random, byte[]> valid, Func<byte[], object> decode)
    {
        (int taken, int refused) = runner.Run(valid, bytes =>
        {
            try
            {
                decode(bytes);
                return true;
            }
            catch (WireException)
            {
                return false;
            }
        });
        output.WriteLine($"{runner.Name}: {taken} taken, {refused} refused");

        // Otherwise the inputs would not get past the first check, or nothing would be checked at all.
        Assert.True(taken > 0 && refused > 0, $"{taken} taken, {refused} refused");
    }

    private static byte[] TensorStream(Random random)
    {
        using var stream = new MemoryStream();
        for (int transfers = 1 + random.Next(3); transfers > 0; transfers--)
        {
            int floats = random.Next(200), halves = random.Next(200);
            stream.Write(TensorFaultTests.Open((ulong)transfers, 2, (1, floats), (2, halves)));
            foreach (int bytes in new[] { floats * sizeof(float), halves * BFloat16.Size })
            {
                if (bytes > 0)
                    stream.Write(TensorFrames.Make(FrameKind.TensorChunk, new byte[bytes]));
            }

            stream.Write(TensorFrames.Make(FrameKind.TensorIdle, []));
        }

        return stream.ToArray();
    }

    private static byte[] Framed(Random random)
    {
        var buffer = new ArrayBufferWriter<byte>();
        for (int frames = 1 + random.Next(3); frames > 0; frames--)
            Frame.Write(buffer, FrameKind.Message, Messages[random.Next(Messages.Length)]);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[][] MakeMessages()
    {
        var encoded = new List<byte[]>();
        ulong seed = 1;
        foreach (Gen<Message> generator in MessageGenerators.ByType.OrderBy(p => p.Key.Name).Select(p => p.Value))
        {
            foreach (Message message in generator.Sample(40, new Rnd(seed++), 20))
                encoded.Add(Codec.Encode(message));
        }

        return [.. encoded];
    }
}
