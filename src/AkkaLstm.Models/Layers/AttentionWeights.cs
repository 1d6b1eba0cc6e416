using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Layers;

/// <summary>The attention's weights packed for both directions of its two products; see <see cref="AttentionLayer"/>.</summary>
internal sealed class AttentionWeights
{
    private readonly AttentionTensors _tensors;

    internal AttentionWeights(ParameterLayout layout, BufferGroup group)
    {
        _tensors = layout.Attention!;
        int size = layout.Spec.AttentionSize;
        int inputSize = layout.Spec.LayerOutputSize;
        Query = new PackedMatrix(inputSize, size, group);
        Key = new PackedMatrix(inputSize, size, group);
        QueryBack = new PackedMatrix(size, inputSize, group);
        KeyBack = new PackedMatrix(size, inputSize, group);
        QueryBias = group.Add(size);
        Vector = group.Add(Query.PaddedColumns);
    }

    /// <summary>W^T, (D, A).</summary>
    internal PackedMatrix Query { get; }

    /// <summary>W, (A, D).</summary>
    internal PackedMatrix QueryBack { get; }

    /// <summary>U^T, (D, A).</summary>
    internal PackedMatrix Key { get; }

    /// <summary>U, (A, D).</summary>
    internal PackedMatrix KeyBack { get; }

    /// <summary>b, (A).</summary>
    internal AlignedBuffer QueryBias { get; }

    /// <summary>v, (A) and zeros up to a multiple of 16.</summary>
    internal AlignedBuffer Vector { get; }

    /// <summary>Pieces of packing work: queries, keys.</summary>
    internal static int PackCount => 2;

    /// <summary>Packs one piece.</summary>
    internal void Pack(int piece, ReadOnlySpan<float> parameters)
    {
        if (piece == 0)
        {
            Pack(_tensors.Query.Of(parameters), Query, QueryBack);
            _tensors.QueryBias.Of(parameters).CopyTo(QueryBias.Span);
            return;
        }

        Pack(_tensors.Key.Of(parameters), Key, KeyBack);
        _tensors.Score.Of(parameters).CopyTo(Vector.Span);
    }

    private static void Pack(ReadOnlySpan<float> weights, PackedMatrix forward, PackedMatrix back)
    {
        forward.PackTransposed(weights);
        back.Pack(weights);
    }
}
