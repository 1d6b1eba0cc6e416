namespace AkkaLstm.Numerics.Losses;

/// <summary>The readable double-precision twins of the losses: what the fast ones are tested against.</summary>
public static class LossReference
{
    /// <summary>Cross-entropy of one row in nats: log(sum_v e^z[v]) - z[target], and d[v] = softmax(z)[v] - (v == target).</summary>
    /// <param name="z">Logits, (V).</param>
    /// <param name="target">The class asked for.</param>
    /// <param name="d">Gradient, (V).</param>
    public static double SoftmaxCrossEntropy(ReadOnlySpan<double> z, int target, Span<double> d)
    {
        double max = double.NegativeInfinity;
        foreach (double value in z)
            max = Math.Max(max, value);
        double sum = 0;
        foreach (double value in z)
            sum += Math.Exp(value - max);
        for (int v = 0; v < z.Length; v++)
            d[v] = (Math.Exp(z[v] - max) / sum) - (v == target ? 1 : 0);
        return Math.Log(sum) + max - z[target];
    }

    /// <summary>Squared error of one row: sum_o (y[o] - target[o])^2, and d[o] = 2 (y[o] - target[o]).</summary>
    /// <param name="y">Outputs, (O).</param>
    /// <param name="target">Targets, (O).</param>
    /// <param name="d">Gradient, (O).</param>
    public static double SquaredError(ReadOnlySpan<double> y, ReadOnlySpan<double> target, Span<double> d)
    {
        double sum = 0;
        for (int o = 0; o < y.Length; o++)
        {
            double difference = y[o] - target[o];
            sum += difference * difference;
            d[o] = 2 * difference;
        }

        return sum;
    }

    /// <summary>
    /// Quantile loss of one row: sum_o max(q e, (q - 1) e) with e = target[o] - y[o] and q = quantiles[o mod Q], and d[o] = -q where e is
    /// positive, 1 - q where it is negative, else 0.
    /// </summary>
    /// <param name="y">Outputs, (O).</param>
    /// <param name="target">Targets, (O).</param>
    /// <param name="quantiles">(Q).</param>
    /// <param name="d">Gradient, (O).</param>
    public static double Quantile(
        ReadOnlySpan<double> y, ReadOnlySpan<double> target, ReadOnlySpan<double> quantiles, Span<double> d)
    {
        double sum = 0;
        for (int o = 0; o < y.Length; o++)
        {
            double q = quantiles[o % quantiles.Length];
            double error = target[o] - y[o];
            sum += Math.Max(q * error, (q - 1) * error);
            d[o] = error > 0 ? -q : error < 0 ? 1 - q : 0;
        }

        return sum;
    }
}
