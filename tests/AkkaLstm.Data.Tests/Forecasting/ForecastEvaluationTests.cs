using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Tests.Forecasting;

public sealed class ForecastEvaluationTests : IDisposable
{
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Of_HandWorkedNumbers_GivesThePapersFormulas()
    {
        ForecastMetrics metrics = ForecastMetrics.Of([10, 0, -4], [12, 0, -1], ForecastMetrics.MaseScale([1, 3, 2, 2]));
        Assert.Equal(5.0 / 3, metrics.Mae, 12);
        Assert.Equal(Math.Sqrt(13.0 / 3), metrics.Rmse, 12);
        Assert.Equal(((200.0 * 2 / 22) + 0 + (200.0 * 3 / 5)) / 3, metrics.Smape, 12);
        Assert.Equal(5.0 / 3, metrics.Mase!.Value, 12);
        Assert.Null(ForecastMetrics.MaseScale([5, 5, 5]));
        Assert.Null(ForecastMetrics.Of([1], [2], null).Mase);
    }

    [Theory]
    [InlineData(DataSplit.Train)]
    [InlineData(DataSplit.Valid)]
    [InlineData(DataSplit.Test)]
    public void Finish_PerfectModel_HasNoError(DataSplit split)
    {
        // The training split gives its samples in an order of its own.
        ForecastDataSet data = Open(targets: ["a", "b"]);
        var evaluation = (ForecastEvaluation)data.Evaluate(split);
        AddAll(evaluation, data.Source(split), (batch, index) => batch.TargetValues[index]);
        EvaluationReport report = evaluation.Finish(0);
        Assert.InRange(report.Model["rmse"]!.Value, 0, 1e-4);
        Assert.Equal(["a", "b"], report.Model.Targets.Select(target => target.Column));
    }

    [Fact]
    public void Finish_ModelThatRepeatsTheLastValue_EqualsPersistence()
    {
        ForecastDataSet data = Open(targets: ["a"]);
        var evaluation = (ForecastEvaluation)data.Evaluate(DataSplit.Test);

        // One input and one target: the last value of lane b is at cell (T-1) * B + b.
        AddAll(evaluation, data.Source(DataSplit.Test), (batch, index) => batch.Values[index / batch.TargetSize]);
        EvaluationReport report = evaluation.Finish(0);
        MethodScores persistence = report.Methods.Single(method => method.Method == "persistence");
        foreach (string metric in new[] { "mae", "rmse", "smape", "mase" })
            Assert.Equal(persistence[metric]!.Value, report.Model[metric]!.Value, 3);
        Assert.True(persistence["rmse"] > 0.1);
    }

    [Fact]
    public void Finish_SeasonalSeries_BaselinesForecastWhatTheyShould()
    {
        ForecastDataSet data = Open(targets: ["a"]);
        var evaluation = (ForecastEvaluation)data.Evaluate(DataSplit.Test);
        AddAll(evaluation, data.Source(DataSplit.Test), (_, _) => 0);
        EvaluationReport report = evaluation.Finish(0);
        Assert.Equal(["model", "persistence", "seasonal-naive", "ar"], report.Methods.Select(method => method.Method));
        Assert.Contains("12 rows", report.Methods[2].Description, StringComparison.Ordinal);
        Assert.InRange(report.Methods[2]["rmse"]!.Value, 0, 1e-9);
        Assert.InRange(report.Methods[3]["rmse"]!.Value, 0, 1e-3);
    }

    [Fact]
    public void Finish_OriginByOrigin_HasTheBitsOfWholeColumns()
    {
        ForecastDataSet data = Open(targets: ["a", "b"]);
        var evaluation = (ForecastEvaluation)data.Evaluate(DataSplit.Test);
        AddAll(evaluation, data.Source(DataSplit.Test), (_, _) => 0.3f);
        EvaluationReport report = evaluation.Finish(0);

        // Every origin's four rows in one list, and beside it what the model says and the last value before them.
        int[] origins = [.. Enumerable.Range(240 - 36 - 1, 36 - 4 + 1)];
        double[] actual = [.. origins.SelectMany(origin => Enumerable.Range(origin + 1, 4).Select(B))];
        double[] persistent = [.. origins.SelectMany(origin => Enumerable.Repeat(B(origin), 4))];
        double said = data.Normalizer.Targets[1].Denormalize(0.3f);
        double? scale = ForecastMetrics.MaseScale([.. Enumerable.Range(0, 168).Select(B)]);
        Assert.Equal(
            ForecastMetrics.Of(actual, [.. actual.Select(_ => said)], scale).ToList(), report.Model.Targets[1].Metrics);
        Assert.Equal(ForecastMetrics.Of(actual, persistent, scale).ToList(), report.Methods[1].Targets[1].Metrics);
    }

    [Fact]
    public void Finish_WideForecast_NeedsLittleMoreMemoryThanTheModelsOutputs()
    {
        const int columns = 20;
        const int horizon = 96;
        string csv = string.Join(',', Enumerable.Range(0, columns).Select(c => $"c{c}")) + "\n" + string.Concat(
            Enumerable.Range(0, 1400).Select(row => string.Join(',', Enumerable.Range(1, columns).Select(c => row * c % 97)) + "\n"));
        DataSet data = DataSets.Open(new DataOptions
        {
            Data = _files.Write("wide.csv", csv), Window = 2, Batch = 8, Horizon = horizon, ArOrder = 2, TestFraction = 0.6,
        });
        ISequenceSource source = data.Source(DataSplit.Test);
        SequenceBatch batch = source.Shape.CreateBatch(8);
        var outputs = new float[2 * 8 * source.Shape.OutputSize];
        _ = data.Evaluate(DataSplit.Test); // fits the baselines
        long before = GC.GetAllocatedBytesForCurrentThread();
        TaskEvaluation evaluation = data.Evaluate(DataSplit.Test);
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            source.Fill(batch, 0, step, 0, 8);
            evaluation.Add(batch, step, outputs, source.Shape.OutputSize);
        }

        evaluation.Finish(0);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, source.TargetsPerEpoch * sizeof(float), 1.25 * source.TargetsPerEpoch * sizeof(float));
    }

    [Fact]
    public void OriginLabel_FirstSample_IsTheLastRowBeforeTheSplit()
    {
        var evaluation = (ForecastEvaluation)Open(targets: ["a"]).Evaluate(DataSplit.Test);
        int origin = 240 - 36 - 1;
        Assert.Equal($"{2000 + (origin / 12)}-{(origin % 12) + 1:00}", evaluation.OriginLabel(0));
        Assert.Equal((36 - 4 + 1, 4), (evaluation.SampleCount, evaluation.Horizon));
    }

    [Fact]
    public void Finish_WindowMissing_Throws()
    {
        ForecastDataSet data = Open(targets: ["a"]);
        Assert.Throws<InvalidOperationException>(() => data.Evaluate(DataSplit.Test).Finish(0));
    }

    /// <summary>
    /// Feeds an evaluation with outputs made from each batch, in groups of lanes, with a stride over the
    /// output size.
    /// </summary>
    internal static void AddAll(TaskEvaluation evaluation, ISequenceSource source, Func<SequenceBatch, int, float> output)
    {
        const int Padding = 3;
        int size = source.Shape.OutputSize;
        for (int step = source.StepsPerEpoch - 1; step >= 0; step--)
        {
            for (int first = 0; first < source.Shape.Lanes; first += 3)
            {
                SequenceBatch batch = Windows.Fill(source, 0, step, first, Math.Min(3, source.Shape.Lanes - first));
                int cells = batch.TimeSteps * batch.Lanes;
                var outputs = new float[cells * (size + Padding)];
                Array.Fill(outputs, float.NaN);
                for (int index = 0; index < cells * size; index++)
                    outputs[(index / size * (size + Padding)) + (index % size)] = output(batch, index);
                evaluation.Add(batch, step, outputs, size + Padding);
            }
        }
    }

    private static double A(int row) => new[] { 1, 4, 2, 8, 5, 7, 3, 6, 9, 11, 0, 10 }[row % 12];

    private static double B(int row) => row * 37 % 101;

    private ForecastDataSet Open(string[] targets)
    {
        string csv = "month,a,b\n" + string.Concat(Enumerable.Range(0, 240).Select(
            row => $"{2000 + (row / 12)}-{(row % 12) + 1:00},{A(row)},{B(row)}\n"));
        return (ForecastDataSet)DataSets.Open(new DataOptions
        {
            Data = _files.Write("data.csv", csv), Window = 24, Batch = 8, Horizon = 4, Inputs = targets, Targets = targets,
        });
    }
}
