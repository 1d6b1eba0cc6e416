using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Tensors;
using AkkaLstm.Wire.Tests.Support;

namespace AkkaLstm.Wire.Tests.Tensors;

public class TensorChannelTests
{
    private static readonly TensorChannelOptions Options = new() { ChunkBytes = 4096 };

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    public async Task SendAsync_PartsOfAnyLength_ArriveWithTheirBits(ElementType element)
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        await AssertArrives(connection.Left, connection.Right, element);
    }

    [Fact]
    public async Task SendAsync_OverTls_ArrivesWithItsBits()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        using X509Certificate2 certificate = SelfSigned();
        await using var client = new SslStream(
            connection.Left, false, (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString());
        await using var server = new SslStream(connection.Right);
        await Task.WhenAll(
            client.AuthenticateAsClientAsync("localhost"), server.AuthenticateAsServerAsync(certificate));

        await AssertArrives(client, server, ElementType.Float32);
    }

    [Fact]
    public async Task SendAsync_NobodyWantsIt_IsDroppedAndTheNextArrives()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        var sink = new RecordingSink { Wants = (header, _) => Task.FromResult(header.Id == 2) };
        Task receiving = new TensorReceiver(connection.Right, sink, Options).RunAsync(default);
        await using (var sender = new TensorSender(connection.Left, Options))
        {
            await sender.SendAsync(1, [new(new float[10_000]), new(new float[7], ElementType.BFloat16)], default);
            await sender.SendAsync(2, [new(Numbers(10))], default);
            Outcome outcome = await sink.NextAsync();

            Assert.Equal((2UL, true), (outcome.Header.Id, outcome.IsComplete));
            Assert.Equal(Numbers(10), outcome.Values[0].ToArray());
        }

        await receiving;
    }

    [Fact]
    public async Task SendAsync_Stopped_AbandonsTheValueAndKeepsTheChannel()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var opened = new TaskCompletionSource();
        var go = new TaskCompletionSource<bool>();
        var sink = new RecordingSink
        {
            Wants = (_, _) =>
            {
                opened.TrySetResult();
                return go.Task;
            },
        };
        _ = new TensorReceiver(connection.Right, sink, Options).RunAsync(default);
        await using var sender = new TensorSender(connection.Left, Options);

        // More than the window, so it cannot be over before it is stopped.
        Task sending = sender.SendAsync(1, [new(new float[Options.WindowBytes])], stop.Token);
        await opened.Task;
        await stop.CancelAsync();
        go.SetResult(true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await sender.SendAsync(2, [new(Numbers(3))], default);

        Outcome first = await sink.NextAsync(), second = await sink.NextAsync();
        Assert.Equal((1UL, false), (first.Header.Id, first.IsComplete));
        Assert.Equal((2UL, true), (second.Header.Id, second.IsComplete));
    }

    [Fact]
    public async Task Channel_WithNothingToSend_StaysUpLongerThanTheTimeout()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        TensorChannelOptions options = Options with
        {
            PeerTimeout = TimeSpan.FromSeconds(2), SinkTimeout = TimeSpan.FromSeconds(1),
        };
        var sink = new RecordingSink();
        Task receiving = new TensorReceiver(connection.Right, sink, options).RunAsync(default);
        await using (var sender = new TensorSender(connection.Left, options))
        {
            // Both ends would have given up by now, did they hear nothing.
            using var timer = new PeriodicTimer(1.5 * options.PeerTimeout);
            await timer.WaitForNextTickAsync();
            await sender.SendAsync(1, [new(Numbers(5))], default);

            Assert.True((await sink.NextAsync()).IsComplete);
        }

        await receiving;
    }

    private static async Task AssertArrives(Stream left, Stream right, ElementType element)
    {
        var sink = new RecordingSink();
        Task receiving = new TensorReceiver(right, sink, Options).RunAsync(default);
        int chunk = Options.ChunkBytes / sizeof(float);
        int[] lengths = [0, 1, 3, chunk - 1, chunk, chunk + 1, 3 * chunk, 2_000_000];
        TensorPart[] parts = [.. lengths.Select(length => new TensorPart(Numbers(length), element))];
        await using (var sender = new TensorSender(left, Options))
        {
            await sender.SendAsync(77, parts, default);
            Outcome outcome = await sink.NextAsync();

            Assert.Equal((77UL, true), (outcome.Header.Id, outcome.IsComplete));
            for (int i = 0; i < parts.Length; i++)
            {
                IEnumerable<float> expected = element == ElementType.Float32
                    ? parts[i].Values.ToArray()
                    : parts[i].Values.ToArray().Select(value => BFloat16.Widen(BFloat16.Narrow(value)));
                Assert.Equal(
                    expected.Select(BitConverter.SingleToInt32Bits),
                    outcome.Values[i].ToArray().Select(BitConverter.SingleToInt32Bits));
            }
        }

        await receiving;
    }

    private static float[] Numbers(int count)
    {
        var random = new Random(count);
        float[] numbers = new float[count];
        foreach (ref float number in numbers.AsSpan())
            number = BitConverter.Int32BitsToSingle((int)random.NextInt64(1L << 32)); // NaN of all kinds among them
        return numbers;
    }

    private static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
