using System.Text;
using System.Text.Json;

namespace AkkaLstm.Training.Runs;

/// <summary>
/// A file of JSON objects, one a line. A line is handed to the operating system whole, so a killed process
/// leaves whole lines, except perhaps for the last; opening cuts that one off.
/// </summary>
internal sealed class LineLog : IDisposable
{
    private readonly FileStream _stream;
    private readonly MemoryStream _line = new();
    private readonly Utf8JsonWriter _writer;
    private readonly Lock _gate = new();

    private LineLog(FileStream stream)
    {
        _stream = stream;
        _writer = new Utf8JsonWriter(_line);
    }

    /// <summary>Opens the log for writing at its end.</summary>
    /// <param name="path">The file; it is made where there is none.</param>
    /// <param name="keep">Lines from the first one on for which this is false are removed; null keeps
    /// all.</param>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public static LineLog Open(string path, Func<JsonElement, bool>? keep = null)
    {
        try
        {
            var stream = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1);
            stream.SetLength(LengthOfKept(stream, keep));
            stream.Position = stream.Length;
            return new LineLog(stream);
        }
        catch (Exception e) when (StorageException.IsCause(e))
        {
            throw StorageException.Writing(path, e);
        }
    }

    /// <summary>Adds a line.</summary>
    /// <param name="write">Writes the members of the object.</param>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public void Append(Action<Utf8JsonWriter> write)
    {
        lock (_gate)
        {
            _line.SetLength(0);
            _writer.Reset(_line);
            _writer.WriteStartObject();
            write(_writer);
            _writer.WriteEndObject();
            _writer.Flush();
            _line.WriteByte((byte)'\n');
            Guard(() => _stream.Write(_line.GetBuffer().AsSpan(0, (int)_line.Length)));
        }
    }

    /// <summary>
    /// Flushes to disk; on journaling file systems this also makes earlier renames in the same file system
    /// last.
    /// </summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public void FlushToDisk()
    {
        lock (_gate) Guard(() => _stream.Flush(flushToDisk: true));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _line.Dispose();
        _stream.Dispose();
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (StorageException.IsCause(e))
        {
            throw StorageException.Writing(_stream.Name, e);
        }
    }

    /// <summary>Bytes up to the end of the last line to keep.</summary>
    private static long LengthOfKept(FileStream stream, Func<JsonElement, bool>? keep)
    {
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        int end = 0;
        while (Array.IndexOf(content, (byte)'\n', end) is var newline && newline >= 0)
        {
            if (keep is not null && !IsKept(content.AsMemory(end, newline - end), keep)) break;
            end = newline + 1;
        }

        return end;
    }

    private static bool IsKept(ReadOnlyMemory<byte> line, Func<JsonElement, bool> keep)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return keep(document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
