using System.Buffers;
using AkkaLstm.Fuzzing;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Tests.Messages;
using AkkaLstm.Wire.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace AkkaLstm.Wire.Tests.Fuzzing;

public class DecoderFuzzTests(ITestOutputHelper output)
{
    /// <summary>Most that decoding an input of these sizes may allocate: 64 bytes a byte and some.</summary>
    private const long MaxAllocatedBytes = 256 * 1024;

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
