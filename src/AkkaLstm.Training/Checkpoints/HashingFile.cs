using System.Security.Cryptography;

namespace AkkaLstm.Training.Checkpoints;

/// <summary>A new file that is hashed while it is written and flushed to disk at the end.</summary>
internal sealed class HashingFile : Stream
{
    private const int BufferBytes = 1 << 16;

    private readonly Stream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _bytes;

    /// <summary>Creates the file; there must be none of that name.</summary>
    public HashingFile(string path)
    {
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _bytes;

    /// <inheritdoc/>
    public override long Position
    {
        get => _bytes;
        set => throw new NotSupportedException();
    }

    /// <summary>Writes a whole file.</summary>
    /// <param name="path">The file; there must be none.</param>
    /// <param name="write">Writes the content.</param>
    /// <returns>What the manifest says of it.</returns>
    public static CheckpointFile Write(string path, Action<Stream> write)
    {
        using var file = new HashingFile(path);
        write(file);
        file.Flush();
        ((FileStream)file._file).Flush(flushToDisk: true);
        return new CheckpointFile(file._bytes, Convert.ToHexStringLower(file._hash.GetHashAndReset()));
    }

    /// <summary>Hashes a file as it is on disk.</summary>
    public static CheckpointFile Read(string path)
    {
        using var stream = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        return Read(stream);
    }

    /// <summary>Hashes an opened file from its start to its end.</summary>
    public static CheckpointFile Read(FileStream stream) =>
        new(stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _file.Write(buffer);
        _hash.AppendData(buffer);
        _bytes += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() => _file.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
