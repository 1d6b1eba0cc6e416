using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Tests.Forecasting;

public sealed class KnownColumnTests : IDisposable
{
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Fill_Known_ShowsTheComingRowsOfItAtEveryStep()
    {
        ForecastDataSet data = Open();
        Assert.Equal(["y"], data.Normalizer.Targets.Select(scale => scale.Column)); // known columns are no targets
        Assert.Equal(3 + (2 * 2), data.Shape.InputSize);
        SequenceBatch batch = Windows.Fill(data.Source(DataSplit.Test), 0, 0, 0, 4);
        int origin = 50; // rows 51..59 are the test
        (ColumnScale promo, ColumnScale day) = (data.Normalizer.Inputs[1], data.Normalizer.Inputs[2]);
        for (int t = 0; t < 4; t++)
        {
            int row = origin - 3 + t;
            Assert.Equal(
                [
                    data.Normalizer.Inputs[0].Normalize(Y(row)), promo.Normalize(Promo(row)), day.Normalize(Day(row)),
                    promo.Normalize(Promo(row + 1)), day.Normalize(Day(row + 1)),
                    promo.Normalize(Promo(row + 2)), day.Normalize(Day(row + 2)),
                ],
                batch.Values.AsSpan(t * 4 * 7, 7).ToArray());
        }
    }

    [Fact]
    public void Forecast_BeyondTheHorizon_ReadsTheFutureFile()
    {
        ForecastDataSet data = Open();
        var history = ForecastHistory.Open(Options(), data.Normalizer);
        (ColumnScale y, ColumnScale promo) = (data.Normalizer.Inputs[0], data.Normalizer.Inputs[1]);
        var windows = new List<float[]>();
        ForecastTable table = history.Forecast(
            3,
            window =>
            {
                windows.Add([.. window.Values[^7..]]);
                return new[] { 0.25f, 0.5f };
            },
            Future(4));
        Assert.Equal([y.Denormalize(0.25), y.Denormalize(0.5), y.Denormalize(0.25)], table.Rows.Select(row => row[0]));
        Assert.Equal(["2020-03-01", "2020-03-02", "2020-03-03"], table.Dates);
        Assert.Equal(2, windows.Count);
        Assert.Equal([y.Normalize(Y(59)), promo.Normalize(Promo(60)), promo.Normalize(Promo(61))], [windows[0][0], windows[0][3], windows[0][5]]);
        Assert.Equal(0.5f, windows[1][0], 1e-6f);
        Assert.Equal(
            [promo.Normalize(Promo(61)), promo.Normalize(Promo(62)), promo.Normalize(Promo(63))],
            [windows[1][1], windows[1][3], windows[1][5]]);
    }

    [Theory]
    [InlineData(null, "--future: the model reads the coming promo, day; give a CSV file with 4 rows of it.")]
    [InlineData(3, "has 3 rows, but the forecast needs 4")]
    [InlineData(-4, "'2020-03-02' does not follow on the data, which goes on with '2020-03-01'")]
    public void Forecast_FutureThatWillNotDo_SaysWhatIsNeeded(int? rows, string expected)
    {
        var history = ForecastHistory.Open(Options(), Open().Normalizer);
        string? path = rows is not { } count ? null : count < 0 ? Future(-count, from: 61) : Future(count);
        var error = Assert.Throws<BadInputException>(() => history.Forecast(3, _ => new float[2], path));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forecast_FutureForAModelWithoutKnownColumns_IsRefused()
    {
        DataOptions options = Options() with { Known = null };
        var data = (ForecastDataSet)DataSets.Open(options);
        var history = ForecastHistory.Open(options, data.Normalizer);
        var error = Assert.Throws<BadInputException>(() => history.Forecast(2, _ => new float[6], Future(4)));
        Assert.StartsWith("--future: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_KnownColumnThatCannotBe_NamesIt()
    {
        Assert.Contains("no column 'sun'", Error(Options() with { Known = ["sun"] }), StringComparison.Ordinal);
        Assert.StartsWith(
            "--known: column 'y' is among the targets", Error(Options() with { Known = ["y"], Targets = ["y"] }), StringComparison.Ordinal);
        Assert.StartsWith(
            "--known: column 'day' is not among the inputs", Error(Options() with { Inputs = ["y", "promo"] }), StringComparison.Ordinal);

        static string Error(DataOptions options) => Assert.Throws<BadInputException>(() => DataSets.Open(options)).Message;
    }

    private static double Y(int row) => 100 + (5 * Math.Sin(row));

    private static double Promo(int row) => (row * row) % 7;

    private static double Day(int row) => row % 5;

    private static string Row(int row) => FormattableString.Invariant(
        $"{new DateOnly(2020, 1, 1).AddDays(row):yyyy-MM-dd},{Y(row):R},{Promo(row)},{Day(row)}\n");

    private ForecastDataSet Open() => (ForecastDataSet)DataSets.Open(Options());

    private string Future(int rows, int from = 60) => _files.Write(
        "future.csv", "date,y,promo,day\n" + string.Concat(Enumerable.Range(from, rows).Select(Row)));

    private DataOptions Options() => new()
    {
        Data = _files.Write("data.csv", "date,y,promo,day\n" + string.Concat(Enumerable.Range(0, 60).Select(Row))),
        Window = 4, Batch = 4, Horizon = 2, Known = ["promo", "day"],
    };
}
