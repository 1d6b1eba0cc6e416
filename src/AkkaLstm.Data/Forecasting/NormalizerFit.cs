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
        return new Normalizer([.. table.Inputs.Select(Scale)], [.. table.Targets.Select(Scale)]);

        ColumnScale Scale(string column)
        {
            double[] training = table.Columns[column][..trainRows];
            (double mean, double deviation) = training.MeanStandardDeviation();

            // A constant column carries nothing: divided by 1 it becomes 0. A deviation that is only rounding error
            // counts as none.
            bool constant = !(deviation > 1e-12 * Math.Abs(mean));
            return new ColumnScale(column, mean, constant ? 1 : deviation);
        }
    }
}
