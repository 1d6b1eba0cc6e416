namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// A forecast of one column from its own past: what a model must beat to be worth its training.
/// </summary>
public interface IForecastMethod
{
    /// <summary>Stable name.</summary>
    string Name { get; }

    /// <summary>For people: the method with its settings.</summary>
    string Description { get; }

    /// <summary>Values up to the origin that it needs.</summary>
    int HistoryLength { get; }

    /// <summary>Forecasts the values after the origin.</summary>
    /// <param name="history">
    /// All values up to and including the origin, at least <see cref="HistoryLength"/>; own units.
    /// </param>
    /// <param name="forecast">Receives the next values, own units.</param>
    void Forecast(ReadOnlySpan<double> history, Span<double> forecast);
}
