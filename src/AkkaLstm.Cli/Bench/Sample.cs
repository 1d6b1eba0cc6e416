namespace AkkaLstm.Cli.Bench;

/// <summary>Repeated measurements of one quantity.</summary>
/// <param name="Median">The middle one (mean of the middle two).</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
/// <param name="Count">How many there are.</param>
internal sealed record Sample(double Median, double Min, double Max, int Count)
{
    /// <summary>Summarises measurements; at least one.</summary>
    public static Sample Of(IReadOnlyList<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Count);
        double[] sorted = [.. values];
        Array.Sort(sorted);
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
        return new Sample(median, sorted[0], sorted[^1], sorted.Length);
    }

    /// <summary>
    /// The sample of every value turned into another by a falling or rising function, such as work / time.
    /// </summary>
    public Sample Map(Func<double, double> map)
    {
        double a = map(Min), b = map(Max);
        return new Sample(map(Median), Math.Min(a, b), Math.Max(a, b), Count);
    }
}
