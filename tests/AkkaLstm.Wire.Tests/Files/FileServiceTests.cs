using System.Buffers.Binary;
using AkkaLstm.Wire.Files;
using AkkaLstm.Wire.Frames;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Wire.Tests.Files;

public sealed class FileServiceTests : IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    private readonly byte[] _bytes = new byte[(1 << 18) + 1000]; // more than a chunk
    private LoopbackConnection _connection = null!;

    public async Task InitializeAsync()
    {
        new Random(1).NextBytes(_bytes);
        _connection = await LoopbackConnection.ConnectAsync();
    }

    public async Task DisposeAsync() => await _connection.DisposeAsync();

    [Fact]
    public async Task Fetch_FilesOneAfterTheOther_ComeWhole()
    {
        Task serving = Serve(name => new MemoryStream(name == "empty" ? [] : _bytes));

        Assert.Equal(_bytes, await FetchAsync("data"));
        Assert.Empty(await FetchAsync("empty"));
        Assert.Equal(_bytes, await FetchAsync("data"));
        await _connection.Left.DisposeAsync();
        await serving.WaitAsync(Wait);
    }

    [Fact]
    public async Task Fetch_NotGivenOut_SaysWhyInOneLineAndTheNextOneComes()
    {
        _ = Serve(name => name == "data" ? new MemoryStream(_bytes) : throw new FileNotFoundException("there is\nno such file"));

        FileNotFoundException e = await Assert.ThrowsAsync<FileNotFoundException>(() => FetchAsync("../etc/passwd"));

        Assert.Equal("there is?no such file", e.Message);
        Assert.Equal(_bytes, await FetchAsync("data"));
    }

    [Fact]
    public async Task Fetch_FileThatCannotBeRead_TellsTheCallerNoPathOfThisMachine()
    {
        Task serving = Serve(_ => throw new DirectoryNotFoundException("/home/secret/data.csv is gone"));

        WireException e = await Assert.ThrowsAsync<WireException>(() => FetchAsync("data"));

        Assert.Equal(WireError.Truncated, e.Error);
        Assert.Contains("secret", (await Assert.ThrowsAsync<WireException>(() => serving.WaitAsync(Wait))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_NameTooLong_IsNotEvenSent() =>
        await Assert.ThrowsAsync<ArgumentException>(() => FetchAsync(new string('n', WireLimits.MaxFileNameLength + 1)));

    [Fact]
    public async Task Fetch_LongerThanTaken_IsRefusedBeforeTheFirstByte()
    {
        _ = Serve(_ => new MemoryStream(_bytes));
        using var destination = new MemoryStream();

        WireException e = await Assert.ThrowsAsync<WireException>(
            () => FileService.FetchAsync(_connection.Left, "data", _bytes.Length - 1, destination, default).WaitAsync(Wait));

        Assert.Equal((WireError.TooLong, 0L), (e.Error, destination.Length));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task Fetch_NegativeLength_IsRefused(long length) =>
        Assert.Equal(WireError.TooLong, await ErrorOfAsync(Opened(length)));

    [Fact]
    public async Task Fetch_CutOff_IsTruncated() =>
        Assert.Equal(WireError.Truncated, await ErrorOfAsync([.. Opened(8), .. Chunk(4)]));

    [Fact]
    public async Task Fetch_MoreThanAnnounced_IsRefused() =>
        Assert.Equal(WireError.Unexpected, await ErrorOfAsync([.. Opened(8), .. Chunk(9)]));

    [Fact]
    public async Task Fetch_EmptyChunks_AreRefused() =>
        Assert.Equal(WireError.Unexpected, await ErrorOfAsync([.. Opened(8), .. Chunk(0)]));

    [Fact]
    public async Task Fetch_ChunkBeforeTheLength_IsRefused() =>
        Assert.Equal(WireError.Unexpected, await ErrorOfAsync(Chunk(8)));

    [Fact]
    public async Task Serve_FileThatBecomesShorter_EndsInsteadOfWaitingForTheRest()
    {
        Task serving = Serve(_ => new ShrinkingStream(_bytes));

        await Assert.ThrowsAsync<WireException>(() => FetchAsync("data"));

        Assert.Equal(WireError.Aborted, (await Assert.ThrowsAsync<WireException>(() => serving.WaitAsync(Wait))).Error);
    }

    [Theory]
    [InlineData(FrameKind.FileChunk, 10, WireError.Unexpected)]
    [InlineData(FrameKind.FileRequest, WireLimits.MaxFileNameLength + 1, WireError.TooLong)]
    [InlineData(FrameKind.FileRequest, WireLimits.MaxHandshakeBytes + 1, WireError.TooLong)]
    public async Task Serve_NoRequest_IsRefused(FrameKind kind, int bytes, WireError expected)
    {
        Task serving = Serve(_ => new MemoryStream(_bytes));

        await _connection.Left.WriteAsync(TensorFrames.Make(kind, new byte[bytes]));

        Assert.Equal(expected, (await Assert.ThrowsAsync<WireException>(() => serving.WaitAsync(Wait))).Error);
    }

    private Task Serve(Func<string, Stream> open) => Task.Run(async () =>
    {
        await using (_connection.Right)
            await FileService.ServeAsync(_connection.Right, open, default);
    });

    private async Task<byte[]> FetchAsync(string name)
    {
        using var destination = new MemoryStream();
        await FileService.FetchAsync(_connection.Left, name, 1 << 20, destination, default).WaitAsync(Wait);
        return destination.ToArray();
    }

    /// <summary>What a fetch makes of a peer that says this and closes.</summary>
    private async Task<WireError> ErrorOfAsync(byte[] said)
    {
        await _connection.Right.WriteAsync(said);
        Task<byte[]> fetching = FetchAsync("data");
        await _connection.Right.ReadExactlyAsync(new byte[FrameHeader.Size + "data".Length]).AsTask().WaitAsync(Wait);
        await _connection.Right.DisposeAsync();
        return (await Assert.ThrowsAsync<WireException>(() => fetching)).Error;
    }

    private static byte[] Opened(long length)
    {
        byte[] payload = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, length);
        return TensorFrames.Make(FrameKind.FileOpen, payload);
    }

    private static byte[] Chunk(int bytes) => TensorFrames.Make(FrameKind.FileChunk, new byte[bytes]);

    /// <summary>Has less than its length says.</summary>
    private sealed class ShrinkingStream(byte[] bytes) : MemoryStream(bytes, 0, bytes.Length / 2)
    {
        public override long Length => 2 * base.Length;
    }
}
