using System.Security.Cryptography;
using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Remote;

/// <summary>
/// A file whose content is held against its hash while it is read: the end is only reached if it is what was promised.
/// </summary>
internal sealed class VerifiedStream : Stream
{
    private readonly FileStream _file;
    private readonly OfferedFile _expected;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;
    private bool _isVerified;

    /// <summary>Opens the file.</summary>
    /// <exception cref="BadInputException">Its length is another one.</exception>
    public VerifiedStream(FileStream file, OfferedFile expected)
    {
        (_file, _expected) = (file, expected);
        if (file.Length == expected.Bytes) return;
        file.Dispose();
        throw Changed(file.Name);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _expected.Bytes;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="BadInputException">The end is reached and the content is another one.</exception>
    public override int Read(Span<byte> buffer)
    {
        int left = (int)Math.Min(buffer.Length, _expected.Bytes - _position);
        int count = left == 0 ? 0 : _file.Read(buffer[..left]);
        if (count == 0 && buffer.Length > 0 && _position < _expected.Bytes) throw Changed(_file.Name);
        _hash.AppendData(buffer[..count]);
        _position += count;

        // With the last bytes, not after them: who knows the length may never ask again.
        if (_position == _expected.Bytes && !_isVerified)
        {
            if (Convert.ToHexStringLower(_hash.GetHashAndReset()) != _expected.Sha256) throw Changed(_file.Name);
            _isVerified = true;
        }

        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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

    /// <summary>The exception for a file that is not what it was.</summary>
    public static BadInputException Changed(string path) =>
        new($"{path}: was changed after the job began; restore it and resume the run");
}
