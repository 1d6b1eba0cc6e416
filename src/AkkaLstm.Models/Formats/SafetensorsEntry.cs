namespace AkkaLstm.Models.Formats;

/// <summary>A float32 tensor to be written.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Shape">Sizes, row-major; their product is the number of values.</param>
/// <param name="Values">The values in row-major order.</param>
public readonly record struct SafetensorsEntry(string Name, IReadOnlyList<int> Shape, ReadOnlyMemory<float> Values);
