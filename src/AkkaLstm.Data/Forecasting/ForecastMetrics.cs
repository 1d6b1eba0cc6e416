namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// Errors of forecasts in the data's own units. With y actual, f forecast, e = y - f, means over all n pairs:
/// MAE = mean |e|; RMSE = sqrt(mean e^2); sMAPE = mean 200 |e| / (|y| + |f|) percent, 0 where both are 0
/// (Makridakis 1993); MASE = MAE / mean |y(t) - y(t-1)| over the training part (Hyndman and Koehler 2006,
/// "Another look at measures of forecast accuracy"): below 1 is better than persistence one step ahead was in
/// training.
/// </summary>
/// <param name="Mae">Mean absolute error.</param>
/// <param name="Rmse">Root of the mean squared error.</param>
/// <param name="Smape">Symmetric mean absolute percentage error, 0..200.</param>
/// <param name="Mase">
/// Mean absolute scaled error; null where the training part has no two different neighbours.
/// </param>
public readonly record struct ForecastMetrics(double Mae, double Rmse, double Smape, double? Mase)
{
    /// <summary>Computes the errors of some forecasts.</summary>
    /// <param name="actual">y.</param>
    /// <param name="forecast">f, as long.</param>
    /// <param name="scale">Mean |y(t) - y(t-1)| over the training part (<see cref="MaseScale"/>).</param>
    public static ForecastMetrics Of(ReadOnlySpan<double> actual, ReadOnlySpan<double> forecast, double? scale)
    {
        var errors = new ForecastErrors();
        errors.Add(actual, forecast);
        return errors.ToMetrics(scale);
    }

    /// <summary>Mean |y(t) - y(t-1)|; null where that is 0 or there are no two values.</summary>
    public static double? MaseScale(ReadOnlySpan<double> training)
    {
        double sum = 0;
        for (int t = 1; t < training.Length; t++)
            sum += Math.Abs(training[t] - training[t - 1]);
        return sum > 0 ? sum / (training.Length - 1) : null;
    }

    /// <summary>The mean of each figure over several columns; MASE only where all have it.</summary>
    internal static ForecastMetrics Mean(IReadOnlyList<ForecastMetrics> columns) => new(
        columns.Average(column => column.Mae),
        columns.Average(column => column.Rmse),
        columns.Average(column => column.Smape),
        columns.All(column => column.Mase.HasValue) ? columns.Average(column => column.Mase) : null);

    /// <summary>The figures by name: mae, rmse, smape, mase.</summary>
    internal IReadOnlyList<Metric> ToList()
    {
        List<Metric> list = [new("mae", Mae), new("rmse", Rmse), new("smape", Smape)];
        if (Mase is { } mase)
            list.Add(new("mase", mase));
        return list;
    }
}
