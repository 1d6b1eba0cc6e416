using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using AkkaLstm.Wire.Frames;

namespace AkkaLstm.Wire.Files;

/// <summary>
/// Files on a connection of their own: the caller names one, gets it in chunks or a reason, and may ask for the next.
/// What a name means is decided by who gives the files out; a name is never a path here.
/// </summary>
public static class FileService
{
    private const int ChunkBytes = 1 << 18;

    /// <summary>How long a peer may take for a frame.</summary>
    private static readonly TimeSpan PeerTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long a caller may stay without asking, or take for asking.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Gives files out until the caller hangs up.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="open">Opens a file by name; throws <see cref="FileNotFoundException"/> with one line where it
    /// gives none out by that name.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="WireException">The caller broke the rules or was too slow.</exception>
    public static async Task ServeAsync(Stream stream, Func<string, Stream> open, CancellationToken stop)
    {
        PipeReader input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            var frames = new FrameReader(input, WireLimits.MaxHandshakeBytes, IdleTimeout);
            while (await frames.ReadAsync(stop) is { } frame)
                await AnswerAsync(stream, NameIn(frame), open, stop);
        }
        finally
        {
            await input.CompleteAsync();
        }
    }

    /// <summary>Fetches a file.</summary>
    /// <param name="stream">The connection; may be used for the next one after.</param>
    /// <param name="name">Its name.</param>
    /// <param name="maxBytes">The longest that is taken.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    /// <exception cref="FileNotFoundException">The peer does not give it out; the message is its reason.</exception>
    /// <exception cref="WireException">The peer broke the rules, was too slow or is gone.</exception>
    public static async Task FetchAsync(
        Stream stream, string name, long maxBytes, Stream destination, CancellationToken stop)
    {
        if (name.Length > WireLimits.MaxFileNameLength)
            throw new ArgumentException($"the name has {name.Length} characters, at most {WireLimits.MaxFileNameLength} are taken", nameof(name));
        await WriteAsync(stream, FrameKind.FileRequest, Encoding.UTF8.GetBytes(name), stop);
        using var deadline = new Deadline(PeerTimeout, TimeProvider.System, stop);
        using IMemoryOwner<byte> lent = MemoryPool<byte>.Shared.Rent(ChunkBytes);
        Memory<byte> buffer = lent.Memory[..ChunkBytes];
        FrameHeader header = await ReadAsync(stream, buffer, deadline);
        if (header.Kind == FrameKind.FileRefused)
            throw new FileNotFoundException(Reason(buffer.Span[..header.PayloadBytes]));
        if (header.Kind != FrameKind.FileOpen || header.PayloadBytes != sizeof(long))
            throw new WireException(WireError.Unexpected, $"{header.Kind} came where a file was to begin");
        long left = BinaryPrimitives.ReadInt64LittleEndian(buffer.Span);
        if (left < 0 || left > maxBytes)
            throw new WireException(WireError.TooLong, $"{name} has {left} bytes, at most {maxBytes} are taken");
        while (left > 0)
        {
            deadline.Restart();
            header = await ReadAsync(stream, buffer, deadline);
            if (header.Kind != FrameKind.FileChunk || header.PayloadBytes == 0 || header.PayloadBytes > left)
                throw new WireException(WireError.Unexpected, $"{header.Kind} of {header.PayloadBytes} bytes came within a file");
            await destination.WriteAsync(buffer[..header.PayloadBytes], stop);
            left -= header.PayloadBytes;
        }
    }

    private static async Task AnswerAsync(Stream stream, string name, Func<string, Stream> open, CancellationToken stop)
    {
        Stream file;
        try
        {
            file = open(name);
        }
        catch (FileNotFoundException e)
        {
            await WriteAsync(stream, FrameKind.FileRefused, Encoding.UTF8.GetBytes(Cut(e.Message)), stop);
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The message would tell a path of this machine.
            throw new WireException(WireError.Aborted, $"{name} cannot be read: {e.Message}", e);
        }

        await using (file)
        {
            byte[] length = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, file.Length);
            await WriteAsync(stream, FrameKind.FileOpen, length, stop);
            using IMemoryOwner<byte> lent = MemoryPool<byte>.Shared.Rent(ChunkBytes);
            Memory<byte> chunk = lent.Memory[..ChunkBytes];
            for (long left = file.Length; left > 0;)
            {
                int read = await file.ReadAsync(chunk[..(int)Math.Min(left, chunk.Length)], stop);
                if (read == 0)
                    throw new WireException(WireError.Aborted, $"{name} became shorter while it was sent");
                await WriteAsync(stream, FrameKind.FileChunk, chunk[..read], stop);
                left -= read;
            }
        }
    }

    private static string NameIn(Frame frame)
    {
        if (frame.Kind != FrameKind.FileRequest)
            throw new WireException(WireError.Unexpected, $"a caller for files sent {frame.Kind}");
        string name = Encoding.UTF8.GetString(frame.Payload);
        return name.Length <= WireLimits.MaxFileNameLength
            ? name
            : throw new WireException(WireError.TooLong, $"the name of a file has {name.Length} characters");
    }

    private static string Reason(ReadOnlySpan<byte> bytes) => OneLine.Of(Cut(Encoding.UTF8.GetString(bytes)));

    private static string Cut(string reason) =>
        reason.Length <= WireLimits.MaxReasonLength ? reason : reason[..WireLimits.MaxReasonLength];

    private static async ValueTask WriteAsync(
        Stream stream, FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        byte[] header = new byte[FrameHeader.Size];
        FrameHeader.Write(header, kind, payload.Span);
        using var deadline = new Deadline(PeerTimeout, TimeProvider.System, stop);
        await deadline.RunAsync(async token =>
        {
            await stream.WriteAsync(header, token);
            await stream.WriteAsync(payload, token);
            await stream.FlushAsync(token);
        }, "the peer does not take a file's frame");
    }

    private static async ValueTask<FrameHeader> ReadAsync(Stream stream, Memory<byte> buffer, Deadline deadline)
    {
        const string Late = "a file's frame has not come in time";
        byte[] prefix = new byte[FrameHeader.Size];
        await deadline.RunAsync(token => stream.ReadExactlyAsync(prefix, token), Late);
        FrameHeader header = FrameHeader.Read(prefix, buffer.Length);
        await deadline.RunAsync(token => stream.ReadExactlyAsync(buffer[..header.PayloadBytes], token), Late);
        header.Verify(buffer.Span[..header.PayloadBytes]);
        return header;
    }
}
