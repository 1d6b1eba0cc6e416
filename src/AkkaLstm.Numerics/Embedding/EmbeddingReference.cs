namespace AkkaLstm.Numerics.Embedding;

/// <summary>The readable double-precision twin of the embedding's gradient: a dense table.</summary>
public static class EmbeddingReference
{
    /// <summary>dTable[tokens[r]] += d[r] for every row r in turn.</summary>
    /// <param name="tokens">(rows).</param>
    /// <param name="d">(rows, ld).</param>
    /// <param name="rowStride">ld.</param>
    /// <param name="width">E.</param>
    /// <param name="dTable">(V, E).</param>
    public static void ScatterAdd(
        ReadOnlySpan<int> tokens, ReadOnlySpan<float> d, int rowStride, int width, Span<double> dTable)
    {
        for (int r = 0; r < tokens.Length; r++)
        {
            for (int e = 0; e < width; e++)
                dTable[(tokens[r] * width) + e] += d[(r * rowStride) + e];
        }
    }
}
