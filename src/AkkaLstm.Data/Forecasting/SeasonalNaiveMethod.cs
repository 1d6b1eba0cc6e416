namespace AkkaLstm.Data.Forecasting;

/// <summary>The last season repeats: y(o + k) = y(o + k - m * ceil(k / m)).</summary>
/// <param name="season">m, the season's length in rows, at least 1.</param>
public sealed class SeasonalNaiveMethod(int season) : IForecastMethod
{
    /// <inheritdoc/>
    public string Name => "seasonal-naive";

    /// <inheritdoc/>
    public string Description => $"season of {season} rows repeats";

    /// <inheritdoc/>
    public int HistoryLength => season;

    /// <inheritdoc/>
    public void Forecast(ReadOnlySpan<double> history, Span<double> forecast)
    {
        ReadOnlySpan<double> last = history[^season..];
        for (int k = 0; k < forecast.Length; k++)
            forecast[k] = last[k % season];
    }
}
