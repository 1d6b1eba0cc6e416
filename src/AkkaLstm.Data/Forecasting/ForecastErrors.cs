namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// Sums of the errors of a column's forecasts, pair after pair: how the pairs are cut into calls does not change a bit, so
/// that no two series need ever be held as a whole.
/// </summary>
internal sealed class ForecastErrors
{
    private double _absolute;
    private double _squared;
    private double _relative;
    private long _count;

    /// <summary>Adds some pairs.</summary>
    /// <param name="actual">y.</param>
    /// <param name="forecast">f, as long.</param>
    internal void Add(ReadOnlySpan<double> actual, ReadOnlySpan<double> forecast)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(forecast.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            double error = Math.Abs(actual[i] - forecast[i]);
            double size = Math.Abs(actual[i]) + Math.Abs(forecast[i]);
            _absolute += error;
            _squared += error * error;
            _relative += size > 0 ? 200 * error / size : 0;
        }

        _count += actual.Length;
    }

    /// <summary>The figures of all pairs so far, at least one.</summary>
    /// <param name="scale">See <see cref="ForecastMetrics.MaseScale"/>.</param>
    internal ForecastMetrics ToMetrics(double? scale)
    {
        ArgumentOutOfRangeException.ThrowIfZero(_count);
        double mae = _absolute / _count;
        return new ForecastMetrics(mae, Math.Sqrt(_squared / _count), _relative / _count, mae / scale);
    }
}
