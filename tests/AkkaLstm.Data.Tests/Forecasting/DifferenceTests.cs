using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;
using MathNet.Numerics.Statistics;

namespace AkkaLstm.Data.Tests.Forecasting;

public sealed class DifferenceTests : IDisposable
{
    private const int Rows = 60;
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Open_Difference_FitsScalesOnTheDifferencesOfTheTrainingPart(int lag)
    {
        ForecastDataSet data = Open(Options(lag));
        double[] training = [.. Enumerable.Range(lag, 42 - lag).Select(r => A(r) - A(r - lag))];
        ColumnScale scale = Assert.Single(data.Normalizer.Targets);
        Assert.Equal((training.Mean(), training.StandardDeviation(), lag), (scale.Mean, scale.Deviation, scale.Lag));
        Assert.Equal([lag, 0], data.Normalizer.Inputs.Select(input => input.Lag)); // b is no target
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Fill_Difference_ReadsAndAsksForDifferencesToTheLastKnownRows(int lag)
    {
        ForecastDataSet data = Open(Options(lag));
        ISequenceSource source = data.Source(DataSplit.Train);
        ColumnScale scale = data.Normalizer.Targets[0];
        var origins = new List<int>();
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, 0, step, 0, 8);
            for (int lane = 0; lane < 8; lane++)
            {
                int last = (4 * 8) + lane;
                if (!batch.TargetMask[last])
                    continue;
                int origin = (int)Math.Round((double)data.Normalizer.Inputs[1].Denormalize(batch.Values[(last * 2) + 1]));
                origins.Add(origin);
                for (int t = 0; t < 5; t++)
                {
                    int row = origin - 4 + t;
                    Assert.Equal(scale.Normalize(A(row) - A(row - lag)), batch.Values[((t * 8) + lane) * 2]);
                }

                for (int k = 0; k < 3; k++)
                {
                    int periods = (int)Math.Ceiling((k + 1.0) / lag);
                    double change = A(origin + 1 + k) - A(origin + 1 + k - (periods * lag));
                    Assert.Equal(
                        (change - (periods * scale.Mean)) / scale.Deviation / Math.Sqrt(periods),
                        batch.TargetValues[(last * 3) + k],
                        1e-5);
                }
            }
        }

        // 42 training rows; the first window starts after the first lag rows, the last targets end with the part.
        Assert.Equal(Enumerable.Range(4 + lag, 42 - 3 - 4 - lag), origins.Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Finish_PerfectModelOfDifferences_HasNoErrorInTheDatasUnits(int lag)
    {
        ForecastDataSet data = Open(Options(lag));
        TaskEvaluation evaluation = data.Evaluate(DataSplit.Test);
        ForecastEvaluationTests.AddAll(evaluation, data.Source(DataSplit.Test), (batch, index) => batch.TargetValues[index]);
        Assert.InRange(evaluation.Finish(0).Model["rmse"]!.Value, 0, 1e-4);
    }

    [Fact]
    public void Finish_ModelThatExpectsNoChangeOverASeason_EqualsTheSeasonalNaive()
    {
        ForecastDataSet data = Open(Options(4) with { SeasonLength = 4 });
        ColumnScale scale = data.Normalizer.Targets[0];
        TaskEvaluation evaluation = data.Evaluate(DataSplit.Test);
        ForecastEvaluationTests.AddAll(
            evaluation, data.Source(DataSplit.Test), (_, _) => (float)(-scale.Mean / scale.Deviation));
        EvaluationReport report = evaluation.Finish(0);
        Assert.Equal(report.Methods.Single(m => m.Method == "seasonal-naive")["rmse"]!.Value, report.Model["rmse"]!.Value, 1e-3);
        Assert.True(report.Model["rmse"] > 0.1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Forecast_ModelOfDifferences_IsBroughtBackToValuesBeyondTheHorizonToo(int lag)
    {
        // The model says: one deviation above the mean change. Horizon 3, so the second round goes on from the first.
        DataOptions options = Options(lag) with { Inputs = ["a"] };
        ForecastDataSet data = Open(options);
        ColumnScale scale = data.Normalizer.Targets[0];
        var history = ForecastHistory.Open(options, data.Normalizer);
        double[] last = [.. Enumerable.Range(0, Rows).Select(A)];
        int rounds = 0;
        ForecastTable table = history.Forecast(5, window =>
        {
            Assert.Equal(scale.Normalize(last[^1] - last[^(1 + lag)]), window.Values[4], 1e-4f);
            double[] expected = [.. Enumerable.Range(0, 3).Select(k =>
            {
                int periods = (k + lag) / lag;
                return last[last.Length + k - (periods * lag)] + (periods * scale.Mean) + (Math.Sqrt(periods) * scale.Deviation);
            })];
            last = [.. last, .. expected];
            rounds++;
            return new float[] { 1, 1, 1 };
        });
        Assert.Equal(2, rounds);
        Assert.Equal(5, table.Rows.Count);
        for (int k = 0; k < 5; k++)
            Assert.Equal(last[Rows + k], table.Rows[k][0], 1e-4);
    }

    [Fact]
    public void Open_DifferenceLongerThanTheTrainingPart_NamesItAndTheMost()
    {
        var error = Assert.Throws<BadInputException>(() => Open(Options(41)));
        Assert.StartsWith("--difference 41: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("at most 40", error.Message, StringComparison.Ordinal);
        var short1 = Assert.Throws<BadInputException>(() => Open(Options(36)));
        Assert.Contains("--window 5, --difference 36 and --horizon 3 need 44", short1.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToJson_Lag_ComesBackAndIsLeftOutWhereThereIsNone()
    {
        DataArtifacts artifacts = Open(Options(4)).Artifacts;
        Assert.Equal(4, DataArtifacts.Parse(artifacts.ToJson(), "x").Normalizer!.Targets[0].Lag);
        Assert.DoesNotContain("lag", Open(Options(1) with { Difference = null }).Artifacts.ToJson(), StringComparison.Ordinal);
    }

    /// <summary>A trend, a season of four rows, and something that is neither.</summary>
    private static double A(int row) => (2.5 * row) + (10 * (row % 4)) + (3 * Math.Sin(row * row));

    private static ForecastDataSet Open(DataOptions options) => (ForecastDataSet)DataSets.Open(options);

    /// <summary>42 rows train, 9 validate, 9 test; column b is the row's number.</summary>
    private DataOptions Options(int lag) => new()
    {
        Data = _files.Write(
            "data.csv", "a,b\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => FormattableString.Invariant($"{A(i):R},{i}\n")))),
        Window = 5, Batch = 8, Horizon = 3, Targets = ["a"], Difference = lag,
    };
}
