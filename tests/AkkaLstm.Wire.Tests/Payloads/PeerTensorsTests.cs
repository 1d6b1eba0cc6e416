using System.Buffers;
using System.Threading.Channels;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Wire.Messages;
using AkkaLstm.Wire.Payloads;
using AkkaLstm.Wire.Sharing;
using AkkaLstm.Wire.Tensors;
using AkkaLstm.Wire.Tests.Support;

namespace AkkaLstm.Wire.Tests.Payloads;

/// <summary>Values and the messages that announce them, in any order and with peers that break the rules.</summary>
public sealed class PeerTensorsTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);
    private static readonly Fence Fence = new("run", 1, 1, 5);
    private static readonly SliceId Slice = new(0, 1);
    private static readonly TensorChannelOptions Hasty = new() { AnnounceTimeout = TimeSpan.FromMilliseconds(50) };
    private static readonly float[] Values = [1, -0f, float.NaN, 4];

    private readonly Channel<Message> _delivered = Channel.CreateUnbounded<Message>();
    private readonly TaskCompletionSource<Exception> _defect = new();
    private readonly FloatsCodec _codec = new(Values.Length);
    private LoopbackConnection _there = null!;
    private LoopbackConnection _back = null!;
    private PeerTensors _receiver = null!;

    public Task InitializeAsync() => ConnectAsync(new TensorChannelOptions { Defect = _defect.SetResult });

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync().AsTask().WaitAsync(Wait);
        await _there.DisposeAsync();
        await _back.DisposeAsync();
    }

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    [Fact]
    public async Task Decode_MessageBeforeItsValues_IsDeliveredWithThemAndTheirBits()
    {
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());

        Decode(Announce(7));
        Assert.False(_delivered.Reader.TryRead(out _));
        await sender.SendAsync(7, [new TensorPart(Values)], default);

        AssertBits(await NextAsync());
    }

    [Fact]
    public async Task Decode_ValuesBeforeTheirMessage_WaitForIt()
    {
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());

        await sender.SendAsync(7, [new TensorPart(Values)], default);
        Decode(Announce(7));

        AssertBits(await NextAsync());
        Assert.Equal(Values.Length * sizeof(float), _receiver.Bytes.Received);
    }

    [Fact]
    public async Task Encode_BetweenTwoOfThem_ArrivesWithTheSameBits()
    {
        await using var sender = new PeerTensors(_codec, _there.Left, _back.Right, new TensorChannelOptions());

        Decode(sender.Encode(new ParametersPulled(Fence, Slice, new Floats(Values), 0, [new Floats(Values), null]))!);

        var message = (ParametersPulled)await NextAsync();
        AssertBits(message);
        Assert.Equal([true, false], message.Carries.Select(carry => carry is not null));
        Assert.Equal(2 * Values.Length * sizeof(float), sender.Bytes.Sent);
    }

    [Fact]
    public async Task Encode_SameMessageWhileItsValuesWait_IsNotSentAgain()
    {
        // Nobody reads the values yet: so they are under way for as long as the test wants.
        await using LoopbackConnection there = await LoopbackConnection.ConnectAsync();
        await using LoopbackConnection back = await LoopbackConnection.ConnectAsync();
        await using var sender = new PeerTensors(_codec, there.Left, back.Right, new TensorChannelOptions());
        var answer = new ParametersPulled(Fence, Slice, new Floats(Values), 0, [new Floats(Values)]);
        var push = new PushGradient(Fence, Slice, new ShardRange(0, 1), new Floats(Values), [null]);
        Message[] different =
        [
            answer, answer with { Fence = Fence.At(6) }, answer with { Slice = new SliceId(0, 2) },
            push, push with { Shards = new ShardRange(1, 1) },
            new SnapshotTaken(Fence, Slice, new Floats(Values), []), new ServerReady(Fence, 0), new ServerReady(Fence, 0),
        ];
        byte[][] messages = [.. different.Select(message => sender.Encode(message)!)];

        // Asked for again by somebody who has waited too long.
        Assert.All(different[..6], message => Assert.Null(sender.Encode(message)));

        await using var receiver = new PeerTensors(_codec, back.Left, there.Right, new TensorChannelOptions());
        foreach (byte[] message in messages)
            receiver.Decode(new ReadOnlySequence<byte>(message), whole => _delivered.Writer.TryWrite(whole));
        var delivered = new List<Message>();
        for (int i = 0; i < messages.Length; i++)
            delivered.Add(await NextAsync());
        Assert.Equal(
            different.Select(message => message.GetType().Name).Order(StringComparer.Ordinal),
            delivered.Select(message => message.GetType().Name).Order(StringComparer.Ordinal));
        Assert.Equal(9 * Values.Length * sizeof(float), receiver.Bytes.Received);

        // What was lost for good is sent again.
        byte[]? again;
        while ((again = sender.Encode(answer)) is null)
            await Task.Yield(); // the sender has not noticed yet that all is sent

        receiver.Decode(new ReadOnlySequence<byte>(again), whole => _delivered.Writer.TryWrite(whole));
        AssertBits(await NextAsync());
    }

    [LinuxTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Encode_PreparedValues_AreOfferedOnlyToWhoReadsThemWhereTheyLie(bool shares)
    {
        Memory<float> prepared = SharedFloats.TryAllocate(SharedFloats.MinLength)!.Value;
        prepared.Span.Fill(8);
        var codec = new FloatsCodec(Values.Length) { Prepared = prepared };
        await using var sender = new PeerTensors(
            codec, _there.Left, _back.Right, new TensorChannelOptions { SharesMemory = shares });

        // The ends find out beside the first values that they can share.
        DateTimeOffset deadline = TimeProvider.System.GetUtcNow() + (shares ? Wait : TimeSpan.FromSeconds(1));
        while (_codec.Adopted.IsEmpty && TimeProvider.System.GetUtcNow() < deadline)
        {
            if (sender.Encode(new ParametersPulled(Fence, Slice, new Floats(Values), 0, [])) is not { } message)
                continue; // the sender has not noticed yet that the one before is there
            Decode(message);
            AssertBits(await NextAsync());
        }

        Assert.Equal(shares ? prepared.ToArray() : [], _codec.Adopted.ToArray());
        Assert.Equal(shares, codec.PreparedCount > 0);
        Assert.Equal(0, sender.Bytes.Sent % (Values.Length * sizeof(float)));
    }

    [Fact]
    public async Task Receive_LengthsThatAreNotExpected_DropsTheMessageAndGoesOn()
    {
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());
        Decode(Announce(1));
        Decode(Announce(2));

        await sender.SendAsync(1, [new TensorPart(new float[Values.Length + 1])], default);
        await sender.SendAsync(2, [new TensorPart(Values)], default);

        AssertBits(await NextAsync());
        Assert.False(_delivered.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Receive_OtherValuesOfADroppedMessage_GetNoMemory()
    {
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());
        Decode(Announce(1, 2));
        Decode(Announce(3));

        await sender.SendAsync(1, [new TensorPart(new float[1])], default);
        await sender.SendAsync(2, [new TensorPart(Values)], default);
        await sender.SendAsync(3, [new TensorPart(Values)], default);

        AssertBits(await NextAsync());
        Assert.Equal(1, _codec.Opened);
    }

    [Fact]
    public async Task Receive_AbandonedInTheMiddle_TellsTheIntakeAndDropsTheMessage()
    {
        Decode(Announce(1));
        await _there.Left.WriteAsync(Tensors.TensorFaultTests.Open(1, 1, (1, Values.Length)));
        await _there.Left.WriteAsync(TensorFrames.Make(AkkaLstm.Wire.Frames.FrameKind.TensorChunk, new byte[8]));
        await _there.Left.WriteAsync(TensorFrames.Make(AkkaLstm.Wire.Frames.FrameKind.TensorCancel, []));
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());
        Decode(Announce(2));
        await sender.SendAsync(2, [new TensorPart(Values)], default);

        AssertBits(await NextAsync());
        Assert.Equal(1, _codec.Abandoned);
    }

    [Fact]
    public async Task Receive_ValuesThatNoMessageAnnounces_AreDroppedAndDoNotHoldUpTheNext()
    {
        await ReconnectAsync(Hasty);
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());
        Decode(Announce(3));

        await sender.SendAsync(1, [new TensorPart(Values)], default); // its message is lost
        await sender.SendAsync(2, [new TensorPart(Values)], default); // of the same message
        await sender.SendAsync(3, [new TensorPart(Values)], default);

        AssertBits(await NextAsync());
        Assert.False(_receiver.Completion.IsCompleted);
    }

    [Fact]
    public async Task Decode_MessageWhoseValuesWereDropped_IsDroppedWithTheRestOfThem()
    {
        await ReconnectAsync(Hasty);
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());
        Decode(Announce(2));
        await sender.SendAsync(1, [new TensorPart(Values)], default);
        await sender.SendAsync(2, [new TensorPart(Values)], default);
        AssertBits(await NextAsync());

        Decode(Announce(1, 3));
        Decode(Announce(4));
        await sender.SendAsync(3, [new TensorPart(Values)], default);
        await sender.SendAsync(4, [new TensorPart(Values)], default);

        AssertBits(await NextAsync());
        Assert.False(_delivered.Reader.TryRead(out _));
        Assert.Equal(2, _codec.Opened); // those of tickets 2 and 4
    }

    [Fact]
    public async Task Receive_ValuesWithoutMessagesWithoutEnd_EndTheChannelWithThatReason()
    {
        await ReconnectAsync(Hasty);
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());

        await Assert.ThrowsAsync<WireException>(async () =>
        {
            for (ulong ticket = 1; ticket <= 2 * PeerTensors.MaxWaitingTickets; ticket++)
                await sender.SendAsync(ticket, [new TensorPart(new float[1])], default);
        });

        WireException e = await Assert.ThrowsAsync<WireException>(() => _receiver.Completion.WaitAsync(Wait));
        Assert.Contains("no message has announced ticket", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receive_PeerGone_CompletesAndDeliversNothing()
    {
        Decode(Announce(1));

        await _there.Left.DisposeAsync();

        await ((Task)_receiver.Completion).WaitAsync(Wait);
        Assert.False(_delivered.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Receive_PeerGoneInTheMiddleOfAValue_FailsAndAbandonsIt()
    {
        Decode(Announce(1));
        await _there.Left.WriteAsync(Tensors.TensorFaultTests.Open(1, 1, (1, Values.Length)));
        await _there.Left.DisposeAsync();

        WireException e = await Assert.ThrowsAsync<WireException>(() => _receiver.Completion.WaitAsync(Wait));

        Assert.Equal((WireError.Truncated, 1), (e.Error, _codec.Abandoned));
        Assert.False(_defect.Task.IsCompleted); // a fault of the peer
    }

    [Fact]
    public async Task Receive_MistakeOfThisProgram_EndsTheChannelAndIsReported()
    {
        var mistake = new FormatException("a mistake");
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());
        _receiver.Decode(new ReadOnlySequence<byte>(Announce(7)), _ => throw mistake);

        await sender.SendAsync(7, [new TensorPart(Values)], default);

        Assert.Same(mistake, await _defect.Task.WaitAsync(Wait));
        await Assert.ThrowsAsync<FormatException>(() => _receiver.Completion.WaitAsync(Wait));
    }

    [Fact]
    public void Decode_TicketUsedTwice_IsUnexpected()
    {
        Decode(Announce(1));

        Assert.Equal(WireError.Unexpected, Assert.Throws<WireException>(() => Decode(Announce(1))).Error);
    }

    [Fact]
    public void Decode_MessagesWhoseValuesNeverCome_AreBounded()
    {
        ulong ticket = 0;

        WireException e = Assert.Throws<WireException>(() =>
        {
            while (ticket < 2 * PeerTensors.MaxWaitingMessages)
                Decode(Announce(++ticket));
        });

        Assert.Equal((WireError.Unexpected, (ulong)PeerTensors.MaxWaitingMessages + 1), (e.Error, ticket));
    }

    [Fact]
    public async Task Decode_TicketsOfDroppedMessages_AreBoundedToo()
    {
        // Each message is dropped by its first value, and its other ticket is never heard of again.
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());
        ulong[] rest = [.. Enumerable.Range(0, 5000).Select(i => (ulong)i)];
        ulong first = 1UL << 40;

        WireException? refused = null;
        for (ulong round = 0; round < 10 && refused is null; round++)
        {
            try
            {
                Decode(Announce([first + round, .. rest.Select(ticket => (round << 20) + ticket)]));
                await sender.SendAsync(first + round, [new TensorPart(new float[1])], default);
            }
            catch (WireException e)
            {
                refused = e;
            }
        }

        Assert.Equal(WireError.Unexpected, refused?.Error);
    }

    [Fact]
    public async Task Receive_FirstValuesOfManyMessagesAndNeverTheLast_EndsTheChannel()
    {
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());
        for (ulong message = 0; message <= IncomingTensors.MaxBegunMessages; message++)
        {
            Decode(Announce((10 * message) + 1, (10 * message) + 2));
            await sender.SendAsync((10 * message) + 1, [new TensorPart(Values)], default);
        }

        WireException e = await Assert.ThrowsAsync<WireException>(() => _receiver.Completion.WaitAsync(Wait));

        Assert.Equal((WireError.Unexpected, IncomingTensors.MaxBegunMessages), (e.Error, _codec.Opened));
    }

    [Fact]
    public async Task Receive_MessagesThatAreWholeOrDropped_AreNotAmongThoseBegun()
    {
        await using var sender = new TensorSender(_there.Left, new TensorChannelOptions());
        for (ulong message = 0; message < 3 * IncomingTensors.MaxBegunMessages; message++)
        {
            ulong ticket = 10 * message;
            Decode(Announce(ticket, ticket + 1));
            await sender.SendAsync(ticket, [new TensorPart(Values)], default);
            await sender.SendAsync(ticket + 1, [new TensorPart(new float[Values.Length + (int)(message % 2)])], default);
        }

        for (ulong message = 0; message < 3 * IncomingTensors.MaxBegunMessages; message += 2)
            AssertBits(await NextAsync());
        Assert.False(_receiver.Completion.IsCompleted);
    }

    [Fact]
    public async Task Encode_PeerThatTakesNothing_EndsTheChannelInsteadOfQueueingOn()
    {
        // Nobody grants credit at the other end.
        await using var sender = new PeerTensors(_codec, _there.Left, _back.Right, new TensorChannelOptions());
        var message = new ParametersPulled(
            Fence, Slice, new Floats(Values), 0, [.. Enumerable.Repeat<Payload?>(new Floats(Values), 5000)]);

        for (int sent = 0; sent <= 2 * PeerTensors.MaxQueuedTensors; sent += 5000)
            sender.Encode(message with { Fence = Fence.At(sent) });

        await Assert.ThrowsAsync<WireException>(() => sender.Completion.WaitAsync(Wait));
    }

    private async Task ConnectAsync(TensorChannelOptions options)
    {
        _there = await LoopbackConnection.ConnectAsync();
        _back = await LoopbackConnection.ConnectAsync();
        _receiver = new PeerTensors(_codec, outgoing: _back.Left, incoming: _there.Right, options);
    }

    private async Task ReconnectAsync(TensorChannelOptions options)
    {
        await DisposeAsync();
        await ConnectAsync(options);
    }

    private static byte[] Announce(params ulong[] tickets)
    {
        var writer = new MessageCodec(new FixedTickets(tickets));
        return writer.Encode(new ParametersPulled(
            Fence, Slice, new Floats(Values), 0, [.. tickets.Skip(1).Select(_ => (Payload?)new Floats(Values))]));
    }

    private void Decode(byte[] message) =>
        _receiver.Decode(new ReadOnlySequence<byte>(message), whole => _delivered.Writer.TryWrite(whole));

    private async Task<Message> NextAsync() => await _delivered.Reader.ReadAsync().AsTask().WaitAsync(Wait);

    private static void AssertBits(Message message) => Assert.Equal(
        Values.Select(BitConverter.SingleToInt32Bits),
        ((Floats)((ParametersPulled)message).Parameters).Values.Select(BitConverter.SingleToInt32Bits));

    /// <summary>Gives out these tickets, in turn.</summary>
    private sealed class FixedTickets(ulong[] tickets) : IPayloadTickets
    {
        private int _next;

        public PayloadTicket Export(Payload payload, PayloadPlace place) =>
            new(tickets[_next++], place.Kind, payload.Bytes, ElementType.Float32, 0);

        public Payload Import(PayloadTicket ticket, PayloadPlace place) => throw new InvalidOperationException();
    }
}
