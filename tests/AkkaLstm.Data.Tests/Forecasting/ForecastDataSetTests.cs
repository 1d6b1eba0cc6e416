using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics.Batches;
using MathNet.Numerics.Statistics;

namespace AkkaLstm.Data.Tests.Forecasting;

public sealed class ForecastDataSetTests : IDisposable
{
    private const int Rows = 100;
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Open_NewTable_FitsScalesOnTrainingRowsOnly()
    {
        ForecastDataSet data = Open();
        double[] training = [.. Enumerable.Range(0, 70).Select(A)];
        ColumnScale scale = Assert.Single(data.Normalizer.Targets);
        Assert.Equal("a", scale.Column);
        Assert.Equal(training.Mean(), scale.Mean, 12);
        Assert.Equal(training.StandardDeviation(), scale.Deviation, 12);
        Assert.Equal(["a", "b"], data.Normalizer.Inputs.Select(input => input.Column));
    }

    [Fact]
    public void Fill_Train_SeesEverySampleOnceInAnotherOrderEachEpoch()
    {
        ISequenceSource source = Open().Source(DataSplit.Train);

        // 70 rows, window 5, horizon 3: origins 4..66.
        int[] expected = [.. Enumerable.Range(4, 63)];
        int[] first = Origins(source, 0);
        int[] second = Origins(source, 1);
        Assert.Equal(expected, first.Order());
        Assert.Equal(expected, second.Order());
        Assert.NotEqual(expected, first);
        Assert.NotEqual(first, second);
        Assert.Equal(first, Origins(source, 0));
        Assert.NotEqual(first, Origins(Open(Options() with { Seed = 2 }).Source(DataSplit.Train), 0));
    }

    [Fact]
    public void Fill_ValidAndTest_TargetsLieInTheSplitAndWindowsReachBack()
    {
        ForecastDataSet data = Open();

        // Valid rows are 70..84, test rows 85..99; the first targets are the first rows of the split.
        Assert.Equal(Enumerable.Range(69, 13), Origins(data.Source(DataSplit.Valid), 0));
        Assert.Equal(Enumerable.Range(84, 13), Origins(data.Source(DataSplit.Test), 4));
    }

    [Fact]
    public void Fill_Lane_HoldsWindowAndNextRowsInNormalisedUnits()
    {
        ForecastDataSet data = Open();
        SequenceBatch batch = Windows.Fill(data.Source(DataSplit.Valid), 0, 0, 0, 8);
        (ColumnScale a, ColumnScale b) = (data.Normalizer.Inputs[0], data.Normalizer.Inputs[1]);
        for (int lane = 0; lane < 8; lane++)
        {
            int origin = 69 + lane;
            for (int t = 0; t < 5; t++)
            {
                int cell = (t * 8) + lane;
                Assert.Equal(a.Normalize(A(origin - 4 + t)), batch.Values[cell * 2]);
                Assert.Equal(b.Normalize(B(origin - 4 + t)), batch.Values[(cell * 2) + 1]);
                Assert.Equal(t == 4, batch.TargetMask[cell]);
                for (int k = 0; k < 3; k++)
                    Assert.Equal(t == 4 ? a.Normalize(A(origin + 1 + k)) : 0, batch.TargetValues[(cell * 3) + k]);
            }

            Assert.True(batch.ResetsCarry[lane]);
        }
    }

    [Fact]
    public void Fill_SeveralTargets_AreOrderedByStepThenColumn()
    {
        ForecastDataSet data = Open(Options() with { Targets = ["b", "a"] });
        Assert.Equal(6, data.Shape.OutputSize);
        SequenceBatch batch = Windows.Fill(data.Source(DataSplit.Test), 0, 0, 0, 1);
        Assert.Equal(data.Normalizer.Targets[0].Normalize(B(85)), batch.TargetValues[(4 * 6) + 0]);
        Assert.Equal(data.Normalizer.Targets[1].Normalize(A(85)), batch.TargetValues[(4 * 6) + 1]);
        Assert.Equal(data.Normalizer.Targets[0].Normalize(B(87)), batch.TargetValues[(4 * 6) + 4]);
    }

    [Fact]
    public void Open_OwnFilesForValidAndTest_CutsNothingFromTheMainFile()
    {
        string other = _files.Write("other.csv", Csv(20, first: 200));
        ForecastDataSet data = Open(Options() with { ValidPath = other, TestPath = other });
        Assert.Equal(Rows, data.RowCount(DataSplit.Train));

        // No rows before the file are known, so the first origin is the end of its first window.
        SequenceBatch batch = Windows.Fill(data.Source(DataSplit.Test), 0, 0, 0, 1);
        Assert.Equal(data.Normalizer.Inputs[0].Normalize(A(200)), batch.Values[0]);
        Assert.Equal(20 - 5 - 3 + 1, CountSamples(data.Source(DataSplit.Test)));
        Assert.NotEqual(Open().Hash, data.Hash);
    }

    [Fact]
    public void Open_WithSavedScales_UsesThemAndNeedsOnlyTheAskedSplit()
    {
        Normalizer saved = Open().Normalizer;
        string shifted = _files.Write("shifted.csv", Csv(12, first: 1000));
        var options = new DataOptions
        {
            Data = shifted, Window = 5, Batch = 8, Horizon = 3, ValidFraction = 0, TestFraction = 1,
        };
        DataSet data = DataSets.Open(options, new DataArtifacts(saved, null));
        SequenceBatch batch = Windows.Fill(data.Source(DataSplit.Test), 0, 0, 0, 1);
        Assert.Equal(saved.Inputs[0].Normalize(A(1000)), batch.Values[0]);

        // There is nothing to fit AR or a scale on; persistence needs neither.
        var evaluation = (ForecastEvaluation)data.Evaluate(DataSplit.Test);
        ForecastEvaluationTests.AddAll(evaluation, data.Source(DataSplit.Test), (_, _) => 0);
        EvaluationReport report = evaluation.Finish(0);
        Assert.Equal(["model", "persistence"], report.Methods.Select(method => method.Method));
        Assert.Null(report.Model["mase"]);
        Assert.NotNull(report.Model["rmse"]);
    }

    [Fact]
    public void Open_ConstantColumn_NormalisesToZero()
    {
        string path = _files.Write(
            "constant.csv", "a,c\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},0.1\n")));
        var data = (ForecastDataSet)DataSets.Open(Options() with { Data = path, Targets = ["c"] });
        SequenceBatch batch = Windows.Fill(data.Source(DataSplit.Test), 0, 0, 0, 1);
        Assert.InRange(batch.Values[1], -1e-12f, 1e-12f);
        Assert.Equal(1, data.Normalizer.Targets[0].Deviation);
        Assert.Equal("persistence", Assert.Single(data.Baselines[0].Methods).Name);
    }

    [Fact]
    public void Open_SemicolonsQuotesCrLfAndByteOrderMark_ReadsTheSameValues()
    {
        string plain = _files.Write("plain.csv", "t,a,b\n2020-01-01,1,2\n2020-01-02,3,4e-1\n2020-01-03,5,6\n2020-01-04,7,8\n");
        string odd = _files.Write(
            "odd.csv", "\uFEFF\"t\"; a ;b\r\n2020-01-01; 1;\"2\"\r\n\r\n2020-01-02;+3;0.4\r\n2020-01-03;5;6\r\n2020-01-04;7;8");
        DataOptions options = Options() with { Window = 1, Horizon = 1, Batch = 2, ValidFraction = 0, TestFraction = 0 };
        ISequenceSource expected = DataSets.Open(options with { Data = plain }).Source(DataSplit.Train);
        ISequenceSource actual = DataSets.Open(options with { Data = odd }).Source(DataSplit.Train);
        Assert.Equal(Windows.Lanes(expected, 0, 0, 2), Windows.Lanes(actual, 0, 0, 2));
    }

    [Theory]
    [InlineData("\nt;a\n")]
    [InlineData(" \r\n\r\nt;a\r\n")]
    public void Open_BlankLinesBeforeTheHeader_TakesTheSeparatorFromTheHeader(string start)
    {
        string path = _files.Write(
            "late.csv", start + string.Concat(Enumerable.Range(1, 9).Select(i => $"2020-01-0{i};{i}\n")));
        ForecastDataSet data = Open(Options() with { Data = path, Window = 2, Horizon = 1, ValidFraction = 0, TestFraction = 0 });
        Assert.Equal("a", Assert.Single(data.Normalizer.Inputs).Column);
    }

    [Fact]
    public void Open_SameDateTwice_IsNoStepBack()
    {
        // Two readings of one day, or the hour that comes twice when clocks are put back.
        string path = _files.Write(
            "twice.csv", "t,a\n" + string.Concat(Enumerable.Range(2, 16).Select(i => $"2020-01-{i / 2:00},{i}\n")));
        ForecastDataSet data = Open(Options() with { Data = path, Window = 2, Horizon = 1, ValidFraction = 0, TestFraction = 0 });
        Assert.Equal(16, data.RowCount(DataSplit.Train));
    }

    [Fact]
    public void Open_NumericDateColumn_IsNoInputUnlessAsked()
    {
        string path = _files.Write(
            "year.csv", "year,a\n" + string.Concat(Enumerable.Range(1900, 60).Select(y => $"{y},{y % 7}\n")));
        DataOptions options = Options() with { Data = path, Targets = ["a"], DateColumn = "year" };
        Assert.Equal(["a"], Open(options).Normalizer.Inputs.Select(input => input.Column));
        Assert.Equal(
            ["a", "year"], Open(options with { Inputs = ["a", "year"] }).Normalizer.Inputs.Select(input => input.Column));
    }

    [Fact]
    public void Open_Sunspots_HasThePublishedRows()
    {
        var data = (ForecastDataSet)DataSets.Open(
            new DataOptions { Data = "builtin:sunspots", Window = 48, Batch = 32, Horizon = 12 });
        ISequenceSource test = data.Source(DataSplit.Test);
        Assert.Equal(3177, Enum.GetValues<DataSplit>().Sum(data.RowCount));
        Assert.Equal("sunspots", Assert.Single(data.Normalizer.Inputs).Column);
        SequenceBatch batch = Windows.Fill(test, 0, test.StepsPerEpoch - 1, 0, 32);
        int lastLane = CountSamples(test) - 1 - ((test.StepsPerEpoch - 1) * 32);
        float last = batch.TargetValues[(((47 * 32) + lastLane) * 12) + 11];
        Assert.Equal(37.0, data.Normalizer.Targets[0].Denormalize(last), 4);
    }

    internal static double A(int row) => (row * 5) + (row % 4);

    internal static double B(int row) => row * row % 101;

    private static string Csv(int rows, int first = 0) => "day,a,b\n" + string.Concat(Enumerable.Range(first, rows).Select(
        row => $"{new DateTime(2020, 1, 1).AddDays(row):yyyy-MM-dd},{A(row)},{B(row)}\n"));

    private static int CountSamples(ISequenceSource source) => (int)(source.TargetsPerEpoch / source.Shape.OutputSize);

    /// <summary>
    /// Origins in the order they are seen, recognised by the first input of the window's last row.
    /// </summary>
    private static int[] Origins(ISequenceSource source, int epoch)
    {
        ForecastScale scale = new();
        var origins = new List<int>();
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, epoch, step, 0, source.Shape.Lanes);
            for (int lane = 0; lane < batch.Lanes; lane++)
            {
                int cell = ((batch.TimeSteps - 1) * batch.Lanes) + lane;
                if (batch.TargetMask[cell])
                    origins.Add(scale.RowOf(batch.Values[cell * 2]));
            }
        }

        return [.. origins];
    }

    private DataOptions Options() => new()
    {
        Data = _files.Write("data.csv", Csv(Rows)), Window = 5, Batch = 8, Horizon = 3, Targets = ["a"], Seed = 1,
    };

    private ForecastDataSet Open(DataOptions? options = null) => (ForecastDataSet)DataSets.Open(options ?? Options());

    /// <summary>Finds the row of a normalised value of column a, which grows with the row.</summary>
    private sealed class ForecastScale
    {
        private readonly float[] _values;

        public ForecastScale()
        {
            double[] training = [.. Enumerable.Range(0, 70).Select(A)];
            var scale = new ColumnScale("a", training.Mean(), training.StandardDeviation());
            _values = [.. Enumerable.Range(0, Rows).Select(row => scale.Normalize(A(row)))];
        }

        public int RowOf(float value) => Array.FindIndex(_values, candidate => Math.Abs(candidate - value) < 1e-5);
    }
}
