namespace AkkaLstm.Training;

/// <summary>The middle of measurements, which a few disturbed ones do not move.</summary>
internal static class Medians
{
    /// <summary>The median of at least one value; of two in the middle their mean.</summary>
    public static double Of(IReadOnlyCollection<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Count);
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
    }
}
