using AkkaLstm.Data.Forecasting;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Tests.Forecasting;

public sealed class ForecastHistoryTests : IDisposable
{
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Forecast_BeyondTheHorizon_FeedsForecastsBackIn()
    {
        // Scale 2 and offset 10; the model says: last value + 1, then + 2 (normalised).
        ForecastHistory history = ForecastHistory.Open(Options("a"), new([new("a", 10, 2)], [new("a", 10, 2)]));
        var seen = new List<float[]>();
        ForecastTable table = history.Forecast(5, window =>
        {
            seen.Add([.. window.Values]);
            return new[] { window.Values[^1] + 1, window.Values[^1] + 2 };
        });

        // Rows are 0, 1, 2 ...: the last is 7, normalised (7 - 10) / 2 = -1.5.
        Assert.Equal([9, 11, 13, 15, 17], table.Rows.Select(row => row[0]));
        Assert.Equal([-2.5f, -2, -1.5f], seen[0]);
        Assert.Equal([-1.5f, -0.5f, 0.5f], seen[1]);
        Assert.Equal(["2020-09", "2020-10", "2020-11", "2020-12", "2021-01"], table.Dates);
        Assert.Equal("t", table.DateColumn);
        Assert.Equal(["a"], table.Columns);
    }

    [Fact]
    public void Forecast_SeveralColumns_KeepsInputAndTargetOrderApart()
    {
        var normalizer = new Normalizer([new("a", 0, 1), new("b", 0, 1)], [new("b", 0, 1), new("a", 0, 1)]);
        ForecastHistory history = ForecastHistory.Open(Options("a"), normalizer);

        // Persistence of both columns: outputs are ordered by target (b, a), inputs are (a, b).
        ForecastTable table = history.Forecast(
            3, window => new[] { window.Values[^1], window.Values[^2], window.Values[^1], window.Values[^2] });
        Assert.All(table.Rows, row => Assert.Equal([70, 7], row));
    }

    [Fact]
    public void Forecast_InputWhoseFutureIsUnknown_GoesToTheHorizonOnly()
    {
        var normalizer = new Normalizer([new("a", 0, 1), new("b", 0, 1)], [new("a", 0, 1)]);
        ForecastHistory history = ForecastHistory.Open(Options("a"), normalizer);
        Assert.Equal(2, history.Forecast(2, _ => new float[] { 1, 2 }).Rows.Count);
        var error = Assert.Throws<BadInputException>(() => history.Forecast(3, _ => new float[] { 1, 2 }));
        Assert.Contains("'b'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--horizon 3", error.Message, StringComparison.Ordinal);
        Assert.Throws<BadInputException>(() => history.Forecast(0, _ => new float[] { 1, 2 }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_001)]
    [InlineData(2_000_000_000)]
    [InlineData(int.MaxValue)]
    public void Forecast_RowCountOutOfBounds_NamesThem(int rows)
    {
        ForecastHistory history = ForecastHistory.Open(Options("a"), new([new("a", 10, 2)], [new("a", 10, 2)]));
        var error = Assert.Throws<BadInputException>(
            () => history.Forecast(rows, _ => throw new InvalidOperationException("Nothing may be forecast.")));
        Assert.Equal($"--horizon {rows}: must lie between 1 and 100000.", error.Message);
    }

    [Fact]
    public void Forecast_MostRows_AreForecast()
    {
        ForecastHistory history = ForecastHistory.Open(Options("a"), new([new("a", 10, 2)], [new("a", 10, 2)]));
        Assert.Equal(100_000, history.Forecast(100_000, _ => new float[2]).Rows.Count);
    }

    [Fact]
    public void Open_FewerRowsThanTheWindow_SaysHowMany()
    {
        var error = Assert.Throws<BadInputException>(
            () => ForecastHistory.Open(Options("a") with { Window = 9 }, new([new("a", 0, 1)], [new("a", 0, 1)])));
        Assert.Contains("8 rows", error.Message, StringComparison.Ordinal);
        Assert.Contains("looks back 9", error.Message, StringComparison.Ordinal);
    }

    private DataOptions Options(string target) => new()
    {
        Data = _files.Write("data.csv", "t,a,b\n" + string.Concat(
            Enumerable.Range(0, 8).Select(i => $"2020-{i + 1:00},{i},{10 * i}\n"))),
        Window = 3, Batch = 4, Horizon = 2, Targets = [target],
    };
}
