using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;

namespace AkkaLstm.Models.Formats;

/// <summary>A model's parameters as a safetensors file: one tensor of each of the layout's names.</summary>
public static class ParameterFile
{
    /// <summary>The layout's tensors, as views of a flat parameter buffer.</summary>
    public static IReadOnlyList<SafetensorsEntry> Entries(ParameterLayout layout, ReadOnlyMemory<float> parameters)
    {
        layout.RequireTotalLength(parameters.Length);
        return [.. layout.Tensors.Select(tensor =>
            new SafetensorsEntry(tensor.Name, tensor.Shape, parameters.Slice(tensor.Offset, tensor.Length)))];
    }

    /// <summary>
    /// Reads all of a layout's tensors into a flat parameter buffer. The file may come from PyTorch: its names may
    /// have a common prefix such as "model." before the layout's, and it may hold further tensors.
    /// </summary>
    /// <exception cref="BadInputException">A tensor is missing or has another shape; the message says
    /// which.</exception>
    public static void Read(SafetensorsFile file, ParameterLayout layout, Span<float> parameters)
    {
        layout.RequireTotalLength(parameters.Length);
        string prefix = FindPrefix(file, layout);
        foreach (TensorInfo info in layout.Tensors)
        {
            string name = prefix + info.Name;
            SafetensorsTensor tensor = file.Find(name)
                ?? throw new BadInputException(
                    $"{file.Place}: has no tensor \"{name}\": use a file of a model of the same kind and layers.");
            if (!tensor.Shape.SequenceEqual(info.Shape))
            {
                throw new BadInputException(
                    $"{file.Place}: tensor \"{name}\" has the shape ({string.Join(", ", tensor.Shape)}) where the model has "
                    + $"({string.Join(", ", info.Shape)}): use a file of a model of the same sizes.");
            }

            file.ReadValues(name, parameters.Slice(info.Offset, info.Length));
        }
    }

    /// <summary>What stands before the layout's first name in the one tensor whose name ends with it.</summary>
    private static string FindPrefix(SafetensorsFile file, ParameterLayout layout)
    {
        string first = layout.Tensors[0].Name;
        if (file.Find(first) is not null)
            return string.Empty;
        SafetensorsTensor? match = file.Tensors.FirstOrDefault(
            tensor => tensor.Name.EndsWith("." + first, StringComparison.Ordinal));
        return match is null ? string.Empty : match.Name[..^first.Length];
    }
}
