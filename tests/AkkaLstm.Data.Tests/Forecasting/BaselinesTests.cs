using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Tests.Forecasting;

public sealed class BaselinesTests
{
    [Fact]
    public void Persistence_AnyHistory_RepeatsTheLastValue()
    {
        var forecast = new double[3];
        new PersistenceMethod().Forecast([4, 9, 2], forecast);
        Assert.Equal([2, 2, 2], forecast);
    }

    [Fact]
    public void SeasonalNaive_BeyondOneSeason_RepeatsTheLastSeason()
    {
        var forecast = new double[7];
        new SeasonalNaiveMethod(3).Forecast([100, 1, 2, 3], forecast);
        Assert.Equal([1, 2, 3, 1, 2, 3, 1], forecast);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(131)]
    public void Find_SeasonWithTrendAndNoise_IsFound(int season)
    {
        RandomStream random = new RandomKey(3, RandomPurpose.SyntheticData, season).OpenStream();
        var values = new double[season * 9];
        for (int t = 0; t < values.Length; t++)
        {
            double cycle = (10 * Math.Sin(2 * Math.PI * t / season)) + (4 * Math.Cos(4 * Math.PI * t / season));
            values[t] = cycle + (0.2 * t) + (0.1 * random.NextNormal());
        }

        Assert.Equal(season, SeasonEstimate.Find(values));
    }

    [Fact]
    public void Find_NoSeason_IsNull()
    {
        RandomStream random = new RandomKey(3, RandomPurpose.SyntheticData).OpenStream();
        double[] noise = [.. Enumerable.Range(0, 2000).Select(_ => random.NextNormal())];
        Assert.Null(SeasonEstimate.Find(noise));
        Assert.Null(SeasonEstimate.Find([1, 2, 3]));
        Assert.Null(SeasonEstimate.Find(new double[100]));
    }

    [Fact]
    public void Fit_SimulatedAr2_FindsOrderAndForecasts()
    {
        double[] values = SimulateAr2(6000);
        AutoregressiveMethod chosen = AutoregressiveMethod.Fit(values, null)!;
        Assert.InRange(chosen.Order, 2, 6); // AIC may add a little, never takes away
        AutoregressiveMethod given = AutoregressiveMethod.Fit(values, 2)!;
        Assert.Equal(2, given.Order);

        // Forecasts of the true process: f1 = 5 + 0.75 y0 - 0.5 y-1, f2 = 5 + 0.75 f1 - 0.5 y0.
        var forecast = new double[2];
        given.Forecast([0, 12, 10], forecast);
        Assert.Equal(5 + (0.75 * 10) - (0.5 * 12), forecast[0], 0.15);
        Assert.Equal(5 + (0.75 * 6.5) - (0.5 * 10), forecast[1], 0.15);
        Assert.Contains("AR(2)", given.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_OrderByAic_IsTheOrderOfLeastAicOverSeparateFits()
    {
        double[] values = SimulateAr2(300);
        int largest = (int)(10 * Math.Log10(values.Length));
        double[] aic = [.. Enumerable.Range(0, largest + 1).Select(order => Aic(values, order, largest))];
        Assert.Equal(Array.IndexOf(aic, aic.Min()), AutoregressiveMethod.Fit(values, null)!.Order);
    }

    [Fact]
    public void Fit_OrderZero_ForecastsTheMean()
    {
        var forecast = new double[2];
        AutoregressiveMethod.Fit([1, 2, 3, 6], 0)!.Forecast([7], forecast);
        Assert.Equal([3, 3], forecast.Select(value => Math.Round(value, 12)));
    }

    [Fact]
    public void Fit_TooShortOrConstant_IsNull()
    {
        Assert.Null(AutoregressiveMethod.Fit([1, 2, 3, 4, 5], 1));
        Assert.Null(AutoregressiveMethod.Fit(new double[100], null));
        Assert.Null(AutoregressiveMethod.Fit([], null));
    }

    [Fact]
    public void Fit_Sunspots_OrderAndErrorAreThoseOfAnIndependentComputation()
    {
        // numpy.linalg.lstsq on the same rows: AR(33) has a test RMSE of 23.74 twelve months ahead, persistence 29.06,
        // the cycle of 132 months 43.66.
        var data = (ForecastDataSet)DataSets.Open(new DataOptions
        {
            Data = "builtin:sunspots", Window = 48, Batch = 32, Horizon = 12, SeasonLength = 132, ArOrder = 33,
        });
        var evaluation = (ForecastEvaluation)data.Evaluate(DataSplit.Test);
        ForecastEvaluationTests.AddAll(evaluation, data.Source(DataSplit.Test), (_, _) => 0);
        IReadOnlyList<MethodScores> methods = evaluation.Finish(0).Methods;
        Assert.Equal([29.06, 43.66, 23.74], methods.Skip(1).Select(method => Math.Round(method["rmse"]!.Value, 2)));
    }

    private static double[] SimulateAr2(int count)
    {
        RandomStream random = new RandomKey(11, RandomPurpose.SyntheticData).OpenStream();
        var values = new double[count + 100];
        for (int t = 2; t < values.Length; t++)
            values[t] = 5 + (0.75 * values[t - 1]) - (0.5 * values[t - 2]) + random.NextNormal();
        return values[100..];
    }

    /// <summary>The definition, by a fit of its own for each order on the equations of the largest.</summary>
    private static double Aic(double[] values, int order, int largest)
    {
        int n = values.Length - largest;
        double[][] rows = [.. Enumerable.Range(largest, n).Select(
            t => Enumerable.Range(0, order + 1).Select(lag => lag == 0 ? 1 : values[t - lag]).ToArray())];
        double[] next = values[largest..];
        double[] fit = MathNet.Numerics.LinearRegression.MultipleRegression.Svd(rows, next);
        double rss = rows.Zip(next).Sum(row => Math.Pow(row.Second - row.First.Zip(fit).Sum(p => p.First * p.Second), 2));
        return (n * Math.Log(rss / n)) + (2 * (order + 2));
    }
}
