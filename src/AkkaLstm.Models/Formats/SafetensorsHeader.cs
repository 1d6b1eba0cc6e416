using System.Text.Json;
using AkkaLstm.Numerics;

namespace AkkaLstm.Models.Formats;

/// <summary>Parses and checks the JSON header of a safetensors file; everything in it is untrusted.</summary>
internal static class SafetensorsHeader
{
    internal const string MetadataName = "__metadata__";

    /// <summary>Parses the header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">Bytes after the header.</param>
    /// <param name="place">The file's name, for messages.</param>
    /// <param name="metadata">Receives the metadata strings.</param>
    /// <returns>The tensors in order of their data, which together cover it without gap or overlap.</returns>
    internal static List<SafetensorsTensor> Parse(
        ReadOnlyMemory<byte> json, long dataLength, string place, Dictionary<string, string> metadata)
    {
        var tensors = new List<SafetensorsTensor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Damage(place, "its header is not a JSON object");
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                    throw Damage(place, $"it names \"{property.Name}\" twice");
                if (property.Name == MetadataName)
                    ReadMetadata(property.Value, metadata);
                else
                    tensors.Add(ReadTensor(property, place));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new BadInputException(
                $"{place}: not a usable safetensors file: its header cannot be read. {SafetensorsFile.Remedy}", e);
        }

        tensors.Sort((a, b) => a.Start.CompareTo(b.Start) is var order && order != 0 ? order : a.End.CompareTo(b.End));
        long end = 0;
        foreach (SafetensorsTensor tensor in tensors)
        {
            if (tensor.Start != end)
                throw Damage(place, $"the data of \"{tensor.Name}\" starts at byte {tensor.Start} where {end} is due");
            end = tensor.End;
        }

        if (end != dataLength)
            throw Damage(place, $"its header describes {end} bytes of data but {dataLength} are there");
        return tensors;
    }

    internal static BadInputException Damage(string place, string what) =>
        new($"{place}: not a usable safetensors file: {what}. {SafetensorsFile.Remedy}");

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata)
    {
        foreach (JsonProperty property in element.EnumerateObject())
            metadata[property.Name] = property.Value.GetString() ?? throw new FormatException();
    }

    private static SafetensorsTensor ReadTensor(JsonProperty property, string place)
    {
        string name = property.Name;
        string typeName = property.Value.GetProperty("dtype").GetString() ?? throw new FormatException();
        (SafetensorsType type, int elementBytes) = typeName switch
        {
            "F16" => (SafetensorsType.F16, 2),
            "BF16" => (SafetensorsType.BF16, 2),
            "F32" => (SafetensorsType.F32, 4),
            "F64" => (SafetensorsType.F64, 8),
            _ => throw new BadInputException(
                $"{place}: tensor \"{name}\" has the type {typeName}: save it as F32 (F16, BF16 and F64 are read too)."),
        };
        int[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        long length = 1;
        foreach (int size in shape)
        {
            if (size < 0 || (length *= size) > Array.MaxLength)
                throw Damage(place, $"tensor \"{name}\" has the impossible shape ({string.Join(", ", shape)})");
        }

        JsonElement offsets = property.Value.GetProperty("data_offsets");
        if (offsets.GetArrayLength() != 2)
            throw new FormatException();
        long start = offsets[0].GetInt64();
        long end = offsets[1].GetInt64();
        if (start < 0 || end < start || end - start != length * elementBytes)
            throw Damage(place, $"tensor \"{name}\" has bytes {start} to {end}, which do not fit its shape");
        return new SafetensorsTensor(name, type, shape, (int)length, start, end);
    }
}
