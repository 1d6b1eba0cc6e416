using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Losses;

/// <summary>Softmax of one row with a temperature, for generation: p = softmax(z / temperature).</summary>
/// <remarks>Input and result have the same length V, at least 1, and are apart or the same buffer.</remarks>
public static class Softmax
{
    /// <summary>p[v] = e^(z[v] / temperature) / sum_u e^(z[u] / temperature).</summary>
    /// <param name="logits">z, (V).</param>
    /// <param name="temperature">Positive and finite; 1 leaves the model's distribution, less sharpens it.</param>
    /// <param name="probabilities">p, (V).</param>
    public static void Probabilities(ReadOnlySpan<float> logits, float temperature, Span<float> probabilities)
    {
        Validate(logits, temperature, probabilities);
        float max = SoftmaxRow.Max(logits, SimdPaths.Current);
        double sum = SoftmaxRow.Exponentials(logits, max, 1 / temperature, probabilities, SimdPaths.Current);
        SpanArithmetic.Scale((float)(1 / sum), probabilities, probabilities);
    }

    /// <summary>log p[v] = z[v] / temperature - log(sum_u e^(z[u] / temperature)), in nats.</summary>
    /// <param name="logits">z, (V).</param>
    /// <param name="temperature">Positive and finite.</param>
    /// <param name="logProbabilities">log p, (V).</param>
    public static void LogProbabilities(ReadOnlySpan<float> logits, float temperature, Span<float> logProbabilities)
    {
        Validate(logits, temperature, logProbabilities);
        float scale = 1 / temperature;
        float max = SoftmaxRow.Max(logits, SimdPaths.Current);
        double logSum = ScalarMath.Log(SoftmaxRow.SumOfExponentials(logits, max, scale, SimdPaths.Current));
        for (int v = 0; v < logits.Length; v++)
            logProbabilities[v] = (float)((((double)logits[v] - max) * scale) - logSum);
    }

    private static void Validate(ReadOnlySpan<float> logits, float temperature, Span<float> result)
    {
        ArgumentOutOfRangeException.ThrowIfZero(logits.Length);
        SpanGuard.SameLength(logits.Length, result.Length);
        SpanGuard.ApartOrInPlace(logits, result);
        if (!(temperature > 0 && float.IsFinite(1 / temperature)))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "must be positive and its inverse finite");
    }
}
