using AkkaLstm.Numerics.Elementwise;

namespace AkkaLstm.Numerics.Losses;

/// <summary>Squared error over rows of outputs: loss of an element = (y - target)^2, gradient 2 (y - target).</summary>
/// <remarks>
/// Dimensions: rows, O values in a row, ldc distance between rows of outputs in floats, at least O; what stands between O and ldc is
/// neither read nor written. The difference is rounded to float, its square is exact in double; the squares are summed from the first
/// element to the last. O is small, so that this is plain scalar code and its own twin.
/// </remarks>
public static class SquaredError
{
    /// <summary>Adds the counted elements' losses to a total and replaces the outputs by the gradient of the loss sum.</summary>
    /// <param name="outputs">(rows, ldc): y before, gradient after; 0 in rows that do not count.</param>
    /// <param name="rowStride">ldc.</param>
    /// <param name="outputSize">O.</param>
    /// <param name="targets">(rows, O).</param>
    /// <param name="mask">(rows): whether a row counts.</param>
    /// <param name="total">What the losses are added to.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public static void ForwardBackward(
        Span<float> outputs,
        int rowStride,
        int outputSize,
        ReadOnlySpan<float> targets,
        ReadOnlySpan<bool> mask,
        ref LossTotal total)
    {
        Forward(outputs, rowStride, outputSize, targets, mask, ref total);
        for (int r = 0; r < mask.Length; r++)
        {
            Span<float> y = outputs.Slice(r * rowStride, outputSize);
            ReadOnlySpan<float> target = targets.Slice(r * outputSize, outputSize);
            for (int o = 0; o < outputSize; o++)
                y[o] = mask[r] ? 2 * (y[o] - target[o]) : 0;
        }
    }

    /// <summary>Adds the counted elements' losses to a total; the outputs stay.</summary>
    /// <param name="outputs">(rows, ldc).</param>
    /// <param name="rowStride">ldc.</param>
    /// <param name="outputSize">O.</param>
    /// <param name="targets">(rows, O).</param>
    /// <param name="mask">(rows): whether a row counts.</param>
    /// <param name="total">What the losses are added to.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public static void Forward(
        ReadOnlySpan<float> outputs,
        int rowStride,
        int outputSize,
        ReadOnlySpan<float> targets,
        ReadOnlySpan<bool> mask,
        ref LossTotal total)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputSize);
        SpanGuard.MatrixFits(outputs.Length, mask.Length, outputSize, rowStride);
        SpanGuard.SameLength(mask.Length * outputSize, targets.Length);
        double sum = total.Sum;
        long count = total.Count;
        for (int r = 0; r < mask.Length; r++)
        {
            if (!mask[r])
                continue;
            ReadOnlySpan<float> y = outputs.Slice(r * rowStride, outputSize);
            ReadOnlySpan<float> target = targets.Slice(r * outputSize, outputSize);
            for (int o = 0; o < outputSize; o++)
            {
                double difference = y[o] - target[o];
                sum += difference * difference;
            }

            count += outputSize;
        }

        total = new(sum, count, total.Correct);
    }
}
