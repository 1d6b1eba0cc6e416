namespace AkkaLstm.Data.Forecasting;

/// <summary>
/// The baselines of one target column and the scale of its MASE, fitted on the training part only.
/// </summary>
/// <param name="Methods">
/// Persistence first; those that the training part is too short or too plain for are left out.
/// </param>
/// <param name="MaseScale">See <see cref="ForecastMetrics.MaseScale"/>.</param>
public sealed record Baselines(IReadOnlyList<IForecastMethod> Methods, double? MaseScale)
{
    /// <summary>Fits the baselines.</summary>
    /// <param name="training">Training part of the column, own units.</param>
    /// <param name="seasonLength">Season in rows; null: estimated by autocorrelation.</param>
    /// <param name="order">p of AR(p); null: by AIC.</param>
    public static Baselines Fit(ReadOnlySpan<double> training, int? seasonLength, int? order)
    {
        List<IForecastMethod> methods = [new PersistenceMethod()];
        if ((seasonLength ?? SeasonEstimate.Find(training)) is { } season)
            methods.Add(new SeasonalNaiveMethod(season));
        if (AutoregressiveMethod.Fit(training, order) is { } autoregression)
            methods.Add(autoregression);
        return new Baselines(methods, ForecastMetrics.MaseScale(training));
    }
}
