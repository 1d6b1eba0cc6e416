using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AkkaLstm.Models.Formats;

/// <summary>
/// Writes safetensors files (https://github.com/huggingface/safetensors): 8 bytes with the header's length, a JSON
/// header, then the raw little-endian data. Reading is <see cref="SafetensorsFile"/>.
/// </summary>
public static class Safetensors
{
    /// <summary>The header is padded with spaces so that the data starts at a multiple of this.</summary>
    private const int Alignment = 64;

    private const int ChunkLength = 1 << 14;

    /// <summary>Writes a file, over an existing one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors, in the order in which they are stored.</param>
    /// <param name="metadata">Strings to keep in the header, or null.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        Write(stream, tensors, metadata);
    }

    /// <summary>Writes to a stream, which need not be seekable.</summary>
    /// <exception cref="ArgumentException">A name is used twice or reserved, or a shape does not fit its
    /// values.</exception>
    public static void Write(
        Stream stream, IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ReadOnlySpan<byte> header = MakeHeader(tensors, metadata);
        int padding = (Alignment - ((sizeof(ulong) + header.Length) % Alignment)) % Alignment;
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)(header.Length + padding));
        stream.Write(prefix);
        stream.Write(header);
        Span<byte> spaces = stackalloc byte[padding];
        spaces.Fill((byte)' ');
        stream.Write(spaces);
        foreach (SafetensorsEntry tensor in tensors)
            WriteValues(stream, tensor.Values.Span);
    }

    private static ReadOnlySpan<byte> MakeHeader(
        IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        if (metadata is not null)
        {
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
        }

        long offset = 0;
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataName };
        foreach ((string name, IReadOnlyList<int> shape, ReadOnlyMemory<float> values) in tensors)
        {
            if (!names.Add(name))
                throw new ArgumentException($"The tensor name \"{name}\" is reserved or used twice.");
            if (shape.Aggregate(1L, (product, size) => product * size) != values.Length)
                throw new ArgumentException($"Tensor \"{name}\" has {values.Length} values, not ({string.Join(", ", shape)}).");
            long end = offset + ((long)values.Length * sizeof(float));
            json.WriteStartObject(name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (int size in shape)
                json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(end);
            json.WriteEndArray();
            json.WriteEndObject();
            offset = end;
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static void WriteValues(Stream stream, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            // In pieces, because a byte span of a large tensor would be longer than an int can say.
            for (int start = 0; start < values.Length; start += ChunkLength)
                stream.Write(MemoryMarshal.AsBytes(values.Slice(start, Math.Min(ChunkLength, values.Length - start))));
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (float value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            stream.Write(bytes);
        }
    }
}
