using AkkaLstm.Numerics;
using MathNet.Numerics.Statistics;

namespace AkkaLstm.Data.Forecasting;

/// <summary>Fits scales on the training part.</summary>
internal static class NormalizerFit
{
    /// <summary>
    /// Mean and sample standard deviation of the first <paramref name="trainRows"/> rows of each column.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="trainRows">Rows of the training part.</param>
    /// <param name="lag">Lag of the differences of the target columns; 0 for the values themselves.</param>
    /// <exception cref="BadInputException">Too few rows for two differences, or numbers too large for a scale.</exception>
    internal static Normalizer Fit(SeriesTable table, int trainRows, int lag = 0)
    {
        if (lag > 0 && trainRows - lag < 2)
        {
            throw new BadInputException(
                $"--difference {lag}: the training part of {table.Path} has {trainRows} rows, too few for two differences; "
                + $"give at most {Math.Max(0, trainRows - 2)}, or more rows.");
        }

        return new Normalizer([.. table.Inputs.Select(Of)], [.. table.Targets.Select(Of)]);

        ColumnScale Of(string column)
        {
            double[] training = table.Columns[column][..trainRows];
            return lag > 0 && table.Targets.Contains(column, StringComparer.Ordinal)
                ? Scale(column, Differences(training, lag), i => table.PlaceOf(i + lag)) with { Lag = lag }
                : Scale(column, training, table.PlaceOf);
        }
    }

    /// <summary>Mean and sample standard deviation of a column's training part.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="training">Values, or differences.</param>
    /// <param name="placeOf">File and line of a value, for messages.</param>
    /// <exception cref="BadInputException">The deviation is beyond double precision.</exception>
    internal static ColumnScale Scale(string column, double[] training, Func<int, string> placeOf)
    {
        (double mean, double deviation) = training.MeanStandardDeviation();
        if (training.Length > 1 && !double.IsFinite(deviation))
        {
            int largest = Enumerable.Range(0, training.Length).MaxBy(i => Math.Abs(training[i]));
            throw new BadInputException(
                $"{placeOf(largest)}: column '{column}' is so large here that its standard deviation is beyond double precision; "
                + "correct the cell, or give the column in a larger unit.");
        }

        // A constant column carries nothing: divided by 1 it becomes 0. A deviation that is only rounding error
        // counts as none; of a single value there is none at all.
        bool constant = !(deviation > 1e-12 * Math.Abs(mean));
        return new ColumnScale(column, mean, constant ? 1 : deviation);
    }

    private static double[] Differences(double[] values, int lag) =>
        [.. values.Skip(lag).Zip(values, (later, earlier) => later - earlier)];
}
