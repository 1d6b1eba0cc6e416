using MathNet.Numerics.Statistics;

namespace AkkaLstm.Data.Forecasting;

/// <summary>Fits scales on the training part.</summary>
internal static class NormalizerFit
{
    /// <summary>
    /// Mean and sample standard deviation of the first <paramref name="trainRows"/> rows of each column.
    /// </summary>
    internal static Normalizer Fit(SeriesTable table, int trainRows)
    {
        return new Normalizer([.. table.Inputs.Select(Of)], [.. table.Targets.Select(Of)]);

        ColumnScale Of(string column) => Scale(column, table.Columns[column][..trainRows]);
    }

    /// <summary>Mean and sample standard deviation of a column's training part.</summary>
    internal static ColumnScale Scale(string column, double[] training)
    {
        (double mean, double deviation) = training.MeanStandardDeviation();

        // A constant column carries nothing: divided by 1 it becomes 0. A deviation that is only rounding error
        // counts as none; of a single value there is none at all.
        bool constant = !(deviation > 1e-12 * Math.Abs(mean));
        return new ColumnScale(column, mean, constant ? 1 : deviation);
    }
}
