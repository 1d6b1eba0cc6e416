using MathNet.Numerics;
using MathNet.Numerics.Statistics;

namespace AkkaLstm.Data.Forecasting;

/// <summary>Finds the season of a series where none was given.</summary>
internal static class SeasonEstimate
{
    /// <summary>Longest season looked for, in rows.</summary>
    internal const int LongestSeason = 2000;

    /// <summary>Bound on the rows looked at: the latest.</summary>
    internal const int MostRows = 20_000;

    /// <summary>Least autocorrelation at the season; below it the series has none worth the name.</summary>
    internal const double LeastCorrelation = 0.2;

    /// <summary>
    /// The lag with the greatest autocorrelation among those after the first at which it falls to zero or
    /// below, up to a third of the rows; the straight line through the series is taken off first.
    /// </summary>
    /// <returns>The season in rows, or null where no lag reaches <see cref="LeastCorrelation"/>.</returns>
    internal static int? Find(ReadOnlySpan<double> training)
    {
        double[] values = training[^Math.Min(training.Length, MostRows)..].ToArray();
        int longest = Math.Min(LongestSeason, values.Length / 3);
        if (longest < 2)
            return null;
        double[] rows = Generate.LinearRange(0, 1, values.Length - 1);
        (double intercept, double slope) = Fit.Line(rows, values);
        double[] rest = [.. values.Select((value, row) => value - intercept - (slope * row))];
        double[] correlation = Correlation.Auto(rest, longest, 0);
        int falling = Array.FindIndex(correlation, value => value <= 0);
        if (falling < 0)
            return null;
        int season = falling;
        for (int lag = falling; lag <= longest; lag++)
        {
            if (correlation[lag] > correlation[season])
                season = lag;
        }

        return correlation[season] >= LeastCorrelation ? season : null;
    }
}
