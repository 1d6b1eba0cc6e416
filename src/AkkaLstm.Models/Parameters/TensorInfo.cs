namespace AkkaLstm.Models.Parameters;

/// <summary>One named tensor in the flat parameter buffer.</summary>
/// <param name="Name">PyTorch's name, for example lstm.weight_ih_l0.</param>
/// <param name="Shape">Sizes, row-major.</param>
/// <param name="Offset">Index of the first element in the flat buffer.</param>
/// <param name="Length">Elements: the product of the shape.</param>
/// <param name="IsSparse">
/// Whether a step touches only some rows, so that gradients travel as rows (the embedding).
/// </param>
public sealed record TensorInfo(string Name, IReadOnlyList<int> Shape, int Offset, int Length, bool IsSparse)
{
    /// <summary>What training starts from, whatever the rule of initialisation; null where the rule says it.</summary>
    internal float? Start { get; init; }

    /// <summary>Index after the last element.</summary>
    public int End => Offset + Length;

    /// <summary>The tensor's values in a flat buffer.</summary>
    public ReadOnlySpan<float> Of(ReadOnlySpan<float> parameters) => parameters.Slice(Offset, Length);
}
