using AkkaLstm.Numerics.Elementwise;

namespace AkkaLstm.Numerics.Losses;

/// <summary>
/// Quantile (pinball) loss over rows of outputs (Koenker and Bassett 1978, "Regression Quantiles"): with e = target - y, the loss of an
/// element is q e where e is positive and (q - 1) e elsewhere. Its mean is least where y is the q-quantile of the target.
/// </summary>
/// <remarks>
/// Dimensions: rows, O values in a row, Q quantiles, O a multiple of Q; value o of a row belongs to quantile o mod Q. ldc distance between
/// rows of outputs in floats, at least O; what stands between O and ldc is neither read nor written. The gradient by y is -q where y is
/// below the target, 1 - q above, 0 on it. O is small, so that this is plain scalar code.
/// </remarks>
public static class QuantileLoss
{
    /// <summary>Adds the counted elements' losses to a total and replaces the outputs by the gradient of the loss sum.</summary>
    /// <param name="outputs">(rows, ldc): y before, gradient after; 0 in rows that do not count.</param>
    /// <param name="rowStride">ldc.</param>
    /// <param name="outputSize">O.</param>
    /// <param name="quantiles">(Q): each above 0 and below 1.</param>
    /// <param name="targets">(rows, O).</param>
    /// <param name="mask">(rows): whether a row counts.</param>
    /// <param name="total">What the losses are added to.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public static void ForwardBackward(
        Span<float> outputs,
        int rowStride,
        int outputSize,
        ReadOnlySpan<float> quantiles,
        ReadOnlySpan<float> targets,
        ReadOnlySpan<bool> mask,
        ref LossTotal total)
    {
        Forward(outputs, rowStride, outputSize, quantiles, targets, mask, ref total);
        for (int r = 0; r < mask.Length; r++)
        {
            Span<float> y = outputs.Slice(r * rowStride, outputSize);
            ReadOnlySpan<float> target = targets.Slice(r * outputSize, outputSize);
            for (int o = 0; o < outputSize; o++)
            {
                float q = quantiles[o % quantiles.Length];
                y[o] = !mask[r] || y[o] == target[o] ? 0 : y[o] < target[o] ? -q : 1 - q;
            }
        }
    }

    /// <summary>Adds the counted elements' losses to a total; the outputs stay.</summary>
    /// <param name="outputs">(rows, ldc).</param>
    /// <param name="rowStride">ldc.</param>
    /// <param name="outputSize">O.</param>
    /// <param name="quantiles">(Q).</param>
    /// <param name="targets">(rows, O).</param>
    /// <param name="mask">(rows): whether a row counts.</param>
    /// <param name="total">What the losses are added to.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public static void Forward(
        ReadOnlySpan<float> outputs,
        int rowStride,
        int outputSize,
        ReadOnlySpan<float> quantiles,
        ReadOnlySpan<float> targets,
        ReadOnlySpan<bool> mask,
        ref LossTotal total)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputSize);
        if (quantiles.IsEmpty || outputSize % quantiles.Length != 0)
            throw new ArgumentException($"{outputSize} outputs cannot be shared by {quantiles.Length} quantiles.", nameof(quantiles));
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
                double q = quantiles[o % quantiles.Length];
                double error = (double)target[o] - y[o];
                sum += error > 0 ? q * error : (q - 1) * error;
            }

            count += outputSize;
        }

        total = new(sum, count, total.Correct);
    }
}
