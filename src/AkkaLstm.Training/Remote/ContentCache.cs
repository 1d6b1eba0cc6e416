using AkkaLstm.Numerics;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Remote;

/// <summary>
/// Files that were fetched, kept under the hash of their content for the next job. Processes may share a cache: a file
/// appears whole, by a rename, and two that fetch the same one write the same bytes.
/// </summary>
/// <remarks>
/// The file system's modification time is when a file was last used. The least recently used ones go when all are
/// together over the limit, but none that was used in the last minutes: another process may be about to read it.
/// </remarks>
internal sealed class ContentCache
{
    /// <summary>Bytes that are kept where nothing else is said: 8 GiB.</summary>
    public const long DefaultMaxBytes = 8L << 30;

    private const string TemporaryPrefix = ".tmp-";

    private static readonly TimeSpan InUse = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly string _directory;
    private readonly long _maxBytes;
    private readonly TimeProvider _clock;

    /// <summary>Opens a cache.</summary>
    /// <param name="directory">Where; made where it is missing.</param>
    /// <param name="maxBytes">Most bytes that are kept.</param>
    /// <param name="clock">Tells when files were used.</param>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public ContentCache(string directory, long maxBytes, TimeProvider clock)
    {
        (_directory, _maxBytes, _clock) = (Path.GetFullPath(directory), maxBytes, clock);
        Guard(() =>
        {
            Directory.CreateDirectory(_directory);
            RemoveAbandoned();
        });
    }

    /// <summary>The path of a file with that content, fetched if need be.</summary>
    /// <exception cref="BadInputException">The coordinator refuses it, it is too large, or what came is not it.</exception>
    /// <exception cref="StorageException">The disk failed.</exception>
    public async Task<string> GetAsync(OfferedFile file, FetchFile fetch, CancellationToken stop)
    {
        if (file.Bytes > _maxBytes)
        {
            throw new BadInputException(
                $"the job has a file of {file.Bytes} bytes, and the cache {_directory} keeps {_maxBytes}; give it more");
        }

        string path = Path.Combine(_directory, file.FileName);
        if (!Holds(path, file))
        {
            string temporary = NewTemporaryPath();
            try
            {
                await fetch(OfferedFiles.NameOf(file), temporary, file.Bytes, stop);
                if (!Holds(temporary, file))
                    throw new BadInputException($"{OfferedFiles.NameOf(file)}: what came is not the file of that hash");
                Guard(() => File.Move(temporary, path, overwrite: true));
            }
            finally
            {
                Guard(() => File.Delete(temporary));
            }
        }

        Guard(() => File.SetLastWriteTimeUtc(path, _clock.GetUtcNow().UtcDateTime));
        Trim();
        return path;
    }

    /// <summary>A directory for one use; whoever makes it removes it.</summary>
    public string NewTemporaryPath() => Path.Combine(_directory, TemporaryPrefix + Guid.NewGuid().ToString("N"));

    private static bool Holds(string path, OfferedFile file)
    {
        try
        {
            return new FileInfo(path) is { Exists: true } found
                && found.Length == file.Bytes
                && HashingFile.Read(path).Sha256 == file.Sha256;
        }
        catch (Exception e) when (StorageException.IsCause(e))
        {
            return false; // another process has just removed it, or the disk is bad: it is fetched anew
        }
    }

    private void Trim()
    {
        DateTime now = _clock.GetUtcNow().UtcDateTime;
        FileInfo[] files = [.. new DirectoryInfo(_directory).EnumerateFiles().Where(IsContent)];
        long total = files.Sum(file => file.Length);
        foreach (FileInfo file in files.OrderBy(file => file.LastWriteTimeUtc))
        {
            if (total <= _maxBytes || now - file.LastWriteTimeUtc < InUse) return;
            total -= file.Length;
            TryDelete(file.Delete);
        }
    }

    private static bool IsContent(FileInfo file) => OfferedFile.IsSha256(Path.GetFileNameWithoutExtension(file.Name));

    private void RemoveAbandoned()
    {
        DateTime now = _clock.GetUtcNow().UtcDateTime;
        foreach (FileSystemInfo left in new DirectoryInfo(_directory).EnumerateFileSystemInfos(TemporaryPrefix + "*"))
        {
            if (now - left.LastWriteTimeUtc <= Abandoned) continue;
            TryDelete(left is DirectoryInfo directory ? () => directory.Delete(recursive: true) : left.Delete);
        }
    }

    /// <summary>Another process may remove the same file at the same time.</summary>
    private static void TryDelete(Action delete)
    {
        try
        {
            delete();
        }
        catch (Exception e) when (StorageException.IsCause(e))
        {
            // Gone, or to be removed the next time.
        }
    }

    private void Guard(Action use)
    {
        try
        {
            use();
        }
        catch (Exception e) when (StorageException.IsCause(e))
        {
            throw new StorageException(
                $"{_directory}: cannot be written ({e.Message}); free space or choose another directory for the cache", e);
        }
    }
}
