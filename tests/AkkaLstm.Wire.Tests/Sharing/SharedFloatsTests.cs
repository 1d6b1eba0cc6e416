using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Sharing;
using AkkaLstm.Wire.Tensors;
using AkkaLstm.Wire.Tests.Support;

namespace AkkaLstm.Wire.Tests.Sharing;

/// <summary>Values that are read where they lie. Both ends are in this process, which finds its own memory as any other's.</summary>
public class SharedFloatsTests
{
    private const int Length = SharedFloats.MinLength + 5;

    private static readonly TensorChannelOptions Options = new();

    [LinuxFact]
    public void TryAllocate_LongEnough_CanBeFoundByItsPlace()
    {
        Memory<float> values = SharedFloats.TryAllocate(Length)!.Value;
        values.Span[7] = -0f;

        Assert.True(SharedFloats.TryFind(values[7..], out SharedPlace place));
        ReadOnlyMemory<float>? found = new SharedReader(Environment.ProcessId).Find(place, 2);

        Assert.Equal((Length, 7), (values.Length, place.Start));
        Assert.Equal(BitConverter.SingleToInt32Bits(-0f), BitConverter.SingleToInt32Bits(found!.Value.Span[0]));
    }

    [Fact]
    public void TryAllocate_Short_IsNothing() => Assert.Null(SharedFloats.TryAllocate(SharedFloats.MinLength - 1));

    [LinuxTheory]
    [InlineData(-1, 0, 1)]
    [InlineData(0, 1, 1)] // another key
    [InlineData(0, 0, Length + 1)]
    [InlineData(int.MaxValue, 0, 1)]
    public void Find_PlaceThatCannotBe_IsNothing(int start, byte keyChange, int length)
    {
        Memory<float> values = SharedFloats.TryAllocate(Length)!.Value;
        Assert.True(SharedFloats.TryFind(values, out SharedPlace place));
        byte[] key = place.Key.ToByteArray();
        key[0] ^= keyChange;

        Assert.Null(new SharedReader(Environment.ProcessId).Find(new SharedPlace(place.Descriptor, new Guid(key), start), length));
        GC.KeepAlive(values);
    }

    [LinuxTheory]
    [InlineData(0)] // standard input: a pipe, a terminal or a device, which opening could block or disturb
    [InlineData(-1)]
    [InlineData(1_000_000)]
    public void Find_DescriptorOfSomethingElse_IsNothing(int descriptor) => Assert.Null(
        new SharedReader(Environment.ProcessId).Find(new SharedPlace(descriptor, Guid.NewGuid(), 0), 1));

    [LinuxTheory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(int.MaxValue)]
    public void Find_ProcessThatIsNot_IsNothing(int process) =>
        Assert.Null(new SharedReader(process).Find(new SharedPlace(3, Guid.NewGuid(), 0), 1));

    [LinuxFact]
    public void Find_MoreThanIsKept_IsMappedAgain()
    {
        Memory<float>[] memories = [.. Enumerable.Range(0, 40).Select(i => Marked(i))];
        var reader = new SharedReader(Environment.ProcessId);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < memories.Length; i++)
            {
                Assert.True(SharedFloats.TryFind(memories[i], out SharedPlace place));
                Assert.Equal(i, reader.Find(place, 1)!.Value.Span[0]);
            }
        }
    }

    [LinuxFact]
    public async Task SendAsync_SharedMemory_IsAdoptedWithoutBytesOnTheWay()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        var sink = new AdoptingSink();
        Task receiving = new TensorReceiver(connection.Right, sink, Options).RunAsync(default);
        await using (var sender = new TensorSender(connection.Left, Options))
        {
            Memory<float> values = Marked(3);
            await SendUntilSharedAsync(sender, values);
            Memory<float> rest = SharedFloats.TryAllocate(Length)!.Value[..10];
            long bytes = await sender.SendAsync(99, [new(values), new(new float[] { 1, 2 }), new(rest)], default);
            Outcome outcome = await sink.NextAsync(99);

            Assert.Equal(2 * sizeof(float), bytes);
            Assert.True(outcome.IsComplete);
            Assert.Equal([1f, 2f], outcome.Values[1].ToArray());
            values.Span[4] = 5; // the same memory, not a copy
            Assert.Equal(5, sink.Adopted[0].Span[4]);
            GC.KeepAlive(rest); // its owner keeps what it has sent: a place in memory is all that went away
        }

        await receiving;
    }

    [LinuxFact]
    public async Task SendAsync_SharedMemoryThatIsNotAdopted_IsCopied()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        var sink = new AdoptingSink { Adopts = false };
        Task receiving = new TensorReceiver(connection.Right, sink, Options).RunAsync(default);
        await using (var sender = new TensorSender(connection.Left, Options))
        {
            Memory<float> values = Marked(3);
            await SendUntilSharedAsync(sender, values);
            await sender.SendAsync(99, [new(values)], default);

            Outcome outcome = await sink.NextAsync(99);
            Assert.Equal(values.ToArray(), outcome.Values[0].ToArray());
        }

        await receiving;
    }

    [LinuxFact]
    public async Task SendAsync_LastPartWithoutMemory_IsOfUseOnlyWhereItLies()
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        var sink = new AdoptingSink { MemoryCount = 1 };
        Task receiving = new TensorReceiver(connection.Right, sink, Options).RunAsync(default);
        await using (var sender = new TensorSender(connection.Left, Options))
        {
            Memory<float> values = Marked(3);
            Memory<float> prepared = Marked(4);
            await SendUntilSharedAsync(sender, values);

            await sender.SendAsync(98, [new(values), new(new float[] { 1, 2 })], default);
            Assert.True((await sink.NextAsync(98)).IsComplete);
            Assert.False(sink.Adopted.ContainsKey(1));

            await sender.SendAsync(99, [new(values), new(prepared)], default);
            Assert.True((await sink.NextAsync(99)).IsComplete);
            Assert.Equal(4, sink.Adopted[1].Span[^1]);
        }

        await receiving;
    }

    [LinuxTheory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task SendAsync_OneEndDoesNotShare_IsSent(bool senderShares, bool receiverShares)
    {
        await using LoopbackConnection connection = await LoopbackConnection.ConnectAsync();
        var sink = new AdoptingSink();
        Task receiving = new TensorReceiver(connection.Right, sink, Options with { SharesMemory = receiverShares }).RunAsync(default);
        await using (var sender = new TensorSender(connection.Left, Options with { SharesMemory = senderShares }))
        {
            Memory<float> values = Marked(3);
            for (ulong id = 1; id <= 20; id++)
            {
                Assert.Equal((long)Length * sizeof(float), await sender.SendAsync(id, [new(values)], default));
                Assert.Equal(values.ToArray(), (await sink.NextAsync(id)).Values[0].ToArray());
            }
        }

        if (receiverShares)
            await receiving;
    }

    [Fact]
    public async Task RunAsync_PlaceThatWasNeverOffered_EndsTheChannel()
    {
        var header = new TensorHeader(1, [new(ElementType.Float32, 8, new SharedPlace(3, Guid.NewGuid(), 0))]);
        byte[] open = TensorFrames.Make(Wire.Frames.FrameKind.TensorOpen, header.Encode());

        WireException thrown = await Assert.ThrowsAsync<WireException>(
            () => new TensorReceiver(new ScriptedStream(open), new AdoptingSink(), Options).RunAsync(default));

        Assert.Equal(WireError.Unexpected, thrown.Error);
    }

    [Fact]
    public void Decode_HeaderWithPlaces_IsTheSameAgain()
    {
        var header = new TensorHeader(
            7,
            [
                new(ElementType.Float32, 3),
                new(ElementType.Float32, 9, new SharedPlace(5, Guid.NewGuid(), 77)),
                new(ElementType.BFloat16, 0),
            ]);
        byte[] bytes = header.Encode();

        TensorHeader again = TensorHeader.Decode(bytes, long.MaxValue);

        Assert.Equal(header.Parts, again.Parts);
        Assert.Equal(3 * sizeof(float), again.Bytes);
        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<WireException>(() => TensorHeader.Decode(bytes.AsSpan(0, length), long.MaxValue));
    }

    private static Memory<float> Marked(int mark)
    {
        Memory<float> values = SharedFloats.TryAllocate(Length)!.Value;
        values.Span.Fill(mark);
        return values;
    }

    /// <summary>The two ends find out beside the first values that they can share.</summary>
    private static async Task SendUntilSharedAsync(TensorSender sender, Memory<float> values)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1);
        while (await sender.SendAsync(1, [new(values)], default) > 0)
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "the ends did not come to share memory");
    }

    private sealed class AdoptingSink : ITensorSink
    {
        private readonly RecordingSink _inner = new();

        public bool Adopts { get; init; } = true;

        /// <summary>Parts that get memory.</summary>
        public int MemoryCount { get; init; } = int.MaxValue;

        public Dictionary<int, ReadOnlyMemory<float>> Adopted { get; } = [];

        public async ValueTask<IReadOnlyList<Memory<float>>?> OpenAsync(TensorHeader header, CancellationToken stop) =>
            [.. (await _inner.OpenAsync(header, stop))!.Take(MemoryCount)];

        public bool TryAdopt(int part, ReadOnlyMemory<float> values)
        {
            if (Adopts)
                Adopted[part] = values;
            return Adopts;
        }

        public void Complete(TensorHeader header) => _inner.Complete(header);

        public void Abandon(TensorHeader header) => _inner.Abandon(header);

        public async Task<Outcome> NextAsync(ulong id)
        {
            while (true)
            {
                Outcome outcome = await _inner.NextAsync();
                if (outcome.Header.Id == id)
                    return outcome;
            }
        }
    }
}
