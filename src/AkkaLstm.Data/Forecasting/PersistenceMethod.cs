namespace AkkaLstm.Data.Forecasting;

/// <summary>The last value goes on: y(o + k) = y(o).</summary>
public sealed class PersistenceMethod : IForecastMethod
{
    /// <inheritdoc/>
    public string Name => "persistence";

    /// <inheritdoc/>
    public string Description => "last value goes on";

    /// <inheritdoc/>
    public int HistoryLength => 1;

    /// <inheritdoc/>
    public void Forecast(ReadOnlySpan<double> history, Span<double> forecast) => forecast.Fill(history[^1]);
}
