using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Tests.Forecasting;

public sealed class QuantileForecastTests : IDisposable
{
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Fill_Quantiles_AsksForEachTargetAsOftenAsThereAreQuantiles()
    {
        ForecastDataSet data = Open();
        Assert.Equal(2 * 2 * 3, data.Shape.OutputSize); // horizon, targets, quantiles
        SequenceBatch batch = Windows.Fill(data.Source(DataSplit.Test), 0, 0, 0, 4);
        ReadOnlySpan<float> targets = batch.TargetValues.AsSpan(4 * 4 * 12, 12);
        float[] values = [targets[0], targets[3], targets[6], targets[9]];
        Assert.Equal(values.SelectMany(value => new[] { value, value, value }), targets.ToArray());
        Assert.Equal(4, values.Distinct().Count());
    }

    [Fact]
    public void Finish_QuantilesThatHold_SaysSoAndTakesTheMedianForTheForecast()
    {
        ForecastDataSet data = Open();
        TaskEvaluation evaluation = data.Evaluate(DataSplit.Test);

        // The value that comes, 1 less, 0.5 more: crossed outputs, to be sorted to -1, 0, +0.5.
        float[] offsets = [0.5f, -1, 0];
        ForecastEvaluationTests.AddAll(
            evaluation, data.Source(DataSplit.Test), (batch, index) => batch.TargetValues[index] + offsets[index % 3]);
        EvaluationReport report = evaluation.Finish(0);
        Assert.InRange(report.Model["mae"]!.Value, 0, 1e-3);
        Assert.Equal([0.1, 0.5, 0.9], report.Quantiles.Select(quantile => quantile.Quantile));
        Assert.Equal((0.0, 1.0), (report.Quantiles[0].Share, report.Quantiles[2].Share));
        double deviation = data.Normalizer.Targets.Average(scale => scale.Deviation);
        Assert.Equal(0.1 * deviation, report.Quantiles[0].Loss, 1e-3);
        Assert.Equal(0.1 * 0.5 * deviation, report.Quantiles[2].Loss, 1e-3);
    }

    [Fact]
    public void Forecast_Quantiles_AreInOwnUnitsAscendingAndEndAtTheHorizon()
    {
        ForecastDataSet data = Open();
        var history = ForecastHistory.Open(Options(), data.Normalizer);
        ForecastTable table = history.Forecast(2, _ => new float[] { 1, 0, -1, 3, 2, 1, 0, 0, 0, 5, -5, 0 });
        Assert.Equal([0.1, 0.5, 0.9], table.Quantiles);
        (ColumnScale a, ColumnScale b) = (data.Normalizer.Targets[0], data.Normalizer.Targets[1]);
        Assert.Equal(
            [a.Denormalize(-1), a.Denormalize(0), a.Denormalize(1), b.Denormalize(1), b.Denormalize(2), b.Denormalize(3)],
            table.QuantileRows[0]);
        Assert.Equal([a.Denormalize(0), b.Denormalize(2)], table.Rows[0]);
        Assert.Equal([a.Denormalize(0), b.Denormalize(0)], table.Rows[1]);
        var error = Assert.Throws<BadInputException>(() => history.Forecast(3, _ => new float[12]));
        Assert.StartsWith("--horizon 3: the model forecasts 2 rows at once", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rolling_Origins_AreAHorizonApartAndTheNewestIsTheLast()
    {
        ForecastDataSet data = Open();
        var evaluation = (ForecastEvaluation)data.Evaluate(DataSplit.Test);
        ForecastEvaluationTests.AddAll(evaluation, data.Source(DataSplit.Test), (batch, index) => batch.TargetValues[index]);
        EvaluationReport report = evaluation.Finish(0);

        // 9 test rows, rows 51..59, horizon 2: origins 50..57, at most four of them two apart.
        IReadOnlyList<OriginScores> origins = evaluation.Rolling(4);
        Assert.Equal(["51", "53", "55", "57"], origins.Select(origin => origin.Origin));
        Assert.All(origins, origin => Assert.Equal(
            report.Methods.Select(method => method.Method), origin.Methods.Select(method => method.Method)));
        Assert.All(origins, origin => Assert.InRange(origin.Methods[0]["rmse"]!.Value, 0, 1e-3));
        OriginScores newest = Assert.Single(evaluation.Rolling(1));
        double expected = new[] { 0, 1 }.Average(
            j => Math.Sqrt(new[] { 58, 59 }.Average(row => Math.Pow(Value(row, j) - Value(57, j), 2))));
        Assert.Equal(expected, newest.Methods.Single(m => m.Method == "persistence")["rmse"]!.Value, 1e-9);
        foreach (int count in new[] { 0, 5 })
        {
            var error = Assert.Throws<BadInputException>(() => evaluation.Rolling(count));
            Assert.StartsWith($"--rolling {count}: ", error.Message, StringComparison.Ordinal);
            Assert.Contains("1 to 4", error.Message, StringComparison.Ordinal);
        }
    }

    private static double Value(int row, int column) => column == 0 ? 3 * Math.Sin(row) : 10 + Math.Cos(row * row);

    private ForecastDataSet Open() => (ForecastDataSet)DataSets.Open(Options());

    private DataOptions Options() => new()
    {
        Data = _files.Write("data.csv", "a,b\n" + string.Concat(
            Enumerable.Range(0, 60).Select(i => FormattableString.Invariant($"{Value(i, 0):R},{Value(i, 1):R}\n")))),
        Window = 5, Batch = 4, Horizon = 2, Quantiles = [0.1, 0.5, 0.9],
    };
}
