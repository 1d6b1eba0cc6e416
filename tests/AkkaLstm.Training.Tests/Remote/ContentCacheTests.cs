using System.Security.Cryptography;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Remote;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Remote;

public sealed class ContentCacheTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Clock _clock = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task GetAsync_OverTheLimit_RemovesTheLeastRecentlyUsed()
    {
        var cache = new ContentCache(_directory.FullPath, maxBytes: 250, _clock);
        string first = await cache.GetAsync(File(1), Fetch(1), default);
        _clock.Advance(TimeSpan.FromHours(1));
        string second = await cache.GetAsync(File(2), Fetch(2), default);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(first, await cache.GetAsync(File(1), NoFetch, default)); // used again
        _clock.Advance(TimeSpan.FromHours(1));

        string third = await cache.GetAsync(File(3), Fetch(3), default);

        Assert.Equal(
            new[] { first, third }.Order(StringComparer.Ordinal),
            Directory.GetFiles(_directory.FullPath).Order(StringComparer.Ordinal));
        Assert.False(Path.Exists(second));
    }

    [Fact]
    public async Task GetAsync_OverTheLimit_LeavesWhatWasUsedJustNow()
    {
        var cache = new ContentCache(_directory.FullPath, maxBytes: 250, _clock);
        for (int i = 1; i <= 4; i++)
        {
            await cache.GetAsync(File(i), Fetch(i), default);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(4, Directory.GetFiles(_directory.FullPath).Length);
    }

    [Fact]
    public void Open_LeftoversOfKilledProcesses_GoAfterADay()
    {
        _ = new ContentCache(_directory.FullPath, 1000, _clock);
        string file = _directory.Write(".tmp-old", "half");
        string directory = Directory.CreateDirectory(_directory[".tmp-dir"]).FullName;
        _directory.Write(".tmp-dir/manifest.json", "{");
        string other = _directory.Write("notes.txt", "of the user");
        foreach (string path in (string[])[file, directory, other])
            Directory.SetLastWriteTimeUtc(path, _clock.GetUtcNow().UtcDateTime);
        _clock.Advance(TimeSpan.FromHours(12));
        _ = new ContentCache(_directory.FullPath, 1000, _clock);
        Assert.Equal(3, Directory.GetFileSystemEntries(_directory.FullPath).Length);

        _clock.Advance(TimeSpan.FromHours(13));
        _ = new ContentCache(_directory.FullPath, 1000, _clock);

        Assert.Equal([other], Directory.GetFileSystemEntries(_directory.FullPath));
    }

    [Fact]
    public async Task GetAsync_FetchFails_LeavesNothing()
    {
        var cache = new ContentCache(_directory.FullPath, 1000, _clock);

        await Assert.ThrowsAsync<IOException>(() => cache.GetAsync(
            File(1),
            (_, path, _, _) =>
            {
                System.IO.File.WriteAllBytes(path, [1, 2, 3]);
                throw new IOException("gone");
            },
            default));

        Assert.Empty(Directory.GetFileSystemEntries(_directory.FullPath));
    }

    [Fact]
    public void Open_PathBelowAFile_IsAStorageException()
    {
        string file = _directory.Write("file", "");

        Assert.Throws<StorageException>(() => new ContentCache(Path.Combine(file, "cache"), 1000, _clock));
    }

    private static byte[] Content(int seed) => [.. Enumerable.Range(0, 100).Select(i => (byte)(i + seed))];

    private static OfferedFile File(int seed) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Content(seed))), 100, "bin");

    private static FetchFile Fetch(int seed) => (_, path, maxBytes, stop) =>
    {
        Assert.Equal(100, maxBytes);
        return System.IO.File.WriteAllBytesAsync(path, Content(seed), stop);
    };

    private static Task NoFetch(string name, string path, long maxBytes, CancellationToken stop) =>
        throw new InvalidOperationException("it is there");

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }
}
