using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace AkkaLstm.Wire.Sharing;

/// <summary>
/// Memory without a name in the file system (Linux: memfd) that other processes of the same user on this machine can
/// map while its owner lives. It is gone when nobody has it any more, however they ended.
/// </summary>
/// <remarks>
/// A page of its own begins with the key; the values follow. The mapping is undone by the garbage collector when
/// nobody refers to this object: whoever computes on a span of it must keep the <see cref="Memory{T}"/> that it came from.
/// </remarks>
internal sealed unsafe class SharedSegment : MemoryManager<float>
{
    private const int HeaderBytes = 4096;

    /// <summary>What the system calls such memory in the list of a process's files.</summary>
    private const string LinkPrefix = "/memfd:";

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view; // its handle undoes the mapping when nobody refers to it any more
    private readonly byte* _start;

    private SharedSegment(MemoryMappedFile file, MemoryMappedFileAccess access, int length)
    {
        _file = file;
        _view = file.CreateViewAccessor(0, 0, access);
        _start = (byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle();
        Length = length;
    }

    /// <summary>Number of values.</summary>
    public int Length { get; }

    /// <summary>See <see cref="SharedPlace.Key"/>.</summary>
    public Guid Key => new(KeyBytes);

    /// <summary>The file descriptor in the process that made it.</summary>
    public int Descriptor { get; private init; }

    private Span<byte> KeyBytes => new(_start, SharedPlace.KeySize);

    /// <summary>Makes a segment of zeros; null where the system has no such memory, or none left.</summary>
    public static SharedSegment? TryCreate(int length)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var file = MemoryMappedFile.CreateNew(null, BytesOf(length));
            int descriptor = (int)file.SafeMemoryMappedFileHandle.DangerousGetHandle();
            if (!IsShared(Environment.ProcessId, descriptor))
            {
                // A system whose runtime does this in another way: nobody else would find the memory.
                file.Dispose();
                return null;
            }

            var segment = new SharedSegment(file, MemoryMappedFileAccess.ReadWrite, length)
            {
                Descriptor = descriptor,
            };
            RandomNumberGenerator.Fill(segment.KeyBytes);
            return segment;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Maps a segment of another process to be read; null where there is none with that key: the process is on another
    /// machine, in another container, of another user, or has given the memory up.
    /// </summary>
    public static SharedSegment? TryOpen(int processId, int descriptor, Guid key)
    {
        if (!OperatingSystem.IsLinux() || processId <= 0 || descriptor < 0)
            return null;
        try
        {
            // Only such memory is opened: opening a pipe or a device could wait or do something.
            if (!IsShared(processId, descriptor))
                return null;
            using SafeFileHandle handle = File.OpenHandle(
                PathOf(processId, descriptor), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = (RandomAccess.GetLength(handle) - HeaderBytes) / sizeof(float);
            if (length is < 0 or > int.MaxValue)
                return null;
            var file = MemoryMappedFile.CreateFromFile(
                handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            var segment = new SharedSegment(file, MemoryMappedFileAccess.Read, (int)length);
            return segment.Key == key ? segment : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override Span<float> GetSpan() => new(_start + HeaderBytes, Length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new((float*)(_start + HeaderBytes) + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
        // It never moves.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // Memory of it may be anywhere; the garbage collector knows when it is not.
    }

    private static string PathOf(int processId, int descriptor) => $"/proc/{processId}/fd/{descriptor}";

    private static bool IsShared(int processId, int descriptor) =>
        File.ResolveLinkTarget(PathOf(processId, descriptor), returnFinalTarget: false) is { } target
        && target.FullName.StartsWith(LinkPrefix, StringComparison.Ordinal);

    private static long BytesOf(int length) => HeaderBytes + ((long)length * sizeof(float));
}
