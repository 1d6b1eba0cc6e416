using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AkkaLstm.Numerics;

namespace AkkaLstm.Models.Formats;

/// <summary>An open safetensors file: its header is read and checked, tensors are read on demand.</summary>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>Largest header accepted, in bytes; the format's own limit.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    internal const string Remedy = "Use a complete copy, or save it again.";

    /// <summary>Bytes converted at a time; a multiple of every element's size.</summary>
    private const int ChunkBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafetensorsTensor> _byName;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsFile(Stream stream, string place)
    {
        _stream = stream;
        Place = place;
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (stream.Length < sizeof(ulong))
            throw SafetensorsHeader.Damage(place, $"it has only {stream.Length} bytes");
        ReadExactly(prefix);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        _dataStart = sizeof(ulong) + (long)Math.Min(headerLength, long.MaxValue / 2);
        if (headerLength > MaxHeaderBytes || _dataStart > stream.Length)
            throw SafetensorsHeader.Damage(place, $"it claims a header of {headerLength} bytes and has {stream.Length} in all");
        byte[] header = new byte[headerLength];
        ReadExactly(header);
        Tensors = SafetensorsHeader.Parse(header, stream.Length - _dataStart, place, _metadata);
        _byName = Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The file's name, as messages give it.</summary>
    public string Place { get; }

    /// <summary>The tensors in order of their data.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>The strings of the header's __metadata__.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="BadInputException">It cannot be opened, or is not a whole safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(
                $"{path}: cannot be opened ({e.Message}): give the path of a readable safetensors file.", e);
        }

        try
        {
            return new SafetensorsFile(stream, path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads from a seekable stream, which the file then owns.</summary>
    /// <param name="stream">Positioned at its start.</param>
    /// <param name="place">What messages call it.</param>
    /// <exception cref="BadInputException">It is not a whole safetensors file.</exception>
    public static SafetensorsFile Read(Stream stream, string place) => new(stream, place);

    /// <summary>The tensor of that name, or null.</summary>
    public SafetensorsTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads a tensor's values as float32.</summary>
    /// <exception cref="BadInputException">There is no such tensor, or the file has become shorter.</exception>
    /// <exception cref="ArgumentException">The destination's length is not the tensor's.</exception>
    public void ReadValues(string name, Span<float> destination)
    {
        SafetensorsTensor tensor = Find(name)
            ?? throw new BadInputException($"{Place}: has no tensor \"{name}\": use a file that was saved with it.");
        if (destination.Length != tensor.Length)
            throw new ArgumentException($"Tensor \"{name}\" has {tensor.Length} values, the destination {destination.Length}.");
        _stream.Position = _dataStart + tensor.Start;
        if (tensor.Type == SafetensorsType.F32 && BitConverter.IsLittleEndian)
        {
            ReadExactly(MemoryMarshal.AsBytes(destination));
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        int elementBytes = ElementBytes(tensor.Type);
        for (int done = 0; done < destination.Length;)
        {
            int count = Math.Min(ChunkBytes / elementBytes, destination.Length - done);
            Span<byte> chunk = buffer.AsSpan(0, count * elementBytes);
            ReadExactly(chunk);
            for (int i = 0; i < count; i++)
                destination[done + i] = ToSingle(chunk.Slice(i * elementBytes, elementBytes), tensor.Type);
            done += count;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static int ElementBytes(SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => sizeof(float),
        SafetensorsType.F64 => sizeof(double),
        _ => sizeof(ushort),
    };

    private static float ToSingle(ReadOnlySpan<byte> bytes, SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        SafetensorsType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
    };

    private void ReadExactly(Span<byte> destination)
    {
        try
        {
            _stream.ReadExactly(destination);
        }
        catch (IOException e)
        {
            throw new BadInputException($"{Place}: ends too early or cannot be read ({e.Message}). {Remedy}", e);
        }
    }
}
