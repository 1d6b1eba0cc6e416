using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace AkkaLstm.Cli.Tests.Commands;

/// <summary>Quantiles, differences, known columns and the back-test, from training to the chart.</summary>
public sealed class ForecastExtrasTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Train_QuantilesDifferenceAndKnown_ForecastsABandOnTheDatasScale()
    {
        string run = await TrainAsync("--quantiles", "0.05,0.25,0.5,0.75,0.95", "--difference", "20", "--known", "price");
        string future = Future(4);
        string plot = _directory.File("f.svg");

        CliRun csv = (await CliRun.OfAsync("forecast", run, "--future", future, "--plot", plot, "--quiet")).AssertDone();

        string[] lines = csv.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("step,month,load,load_q0.05,load_q0.25,load_q0.75,load_q0.95", lines[0]);
        Assert.Equal(1 + 4, lines.Length);
        foreach (string line in lines.Skip(1))
        {
            double[] values = [.. line.Split(',').Skip(2).Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
            double[] quantiles = [values[1], values[2], values[0], values[3], values[4]];
            Assert.Equal(quantiles.Order(), quantiles);
            Assert.InRange(values[0], 0, 20);
        }

        XElement svg = XDocument.Load(plot).Root!;
        XNamespace names = svg.Name.Namespace;
        Assert.Equal(2, svg.Descendants(names + "polygon").Count());
        Assert.Contains(svg.Descendants(names + "text"), t => t.Value == "0.05 to 0.95");

        JsonElement json = (await CliRun.OfAsync("forecast", run, "--future", future, "--json")).AssertDone().Json;
        Assert.Equal(5, json.GetProperty("quantiles").GetArrayLength());
        JsonElement row = json.GetProperty("rows")[0];
        Assert.Equal(row.GetProperty("values")[0].GetDouble(), row.GetProperty("quantiles")[0][2].GetDouble());
    }

    [Fact]
    public async Task Forecast_FilesThatLackWhatTheModelReads_NameTheColumnAndNoOptionOfTraining()
    {
        string run = await TrainAsync("--known", "price");
        string future = _directory.Write("no-price.csv", "month,load\n2015-01,3\n");
        string wrong = _directory.Write("wrong.csv", File.ReadAllText(Future(4)).Replace("3.", "x.", StringComparison.Ordinal));
        string data = _directory.Write("no-load.csv", "month,price\n2015-01,3\n");

        (await CliRun.OfAsync("forecast", run, "--future", future)).AssertBadInput(
            "no-price.csv:1: the model reads a column 'price', which is missing; there are: month, load.");
        CliRun cell = await CliRun.OfAsync("forecast", run, "--future", wrong);
        cell.AssertBadInput("wrong.csv:", "column 'price'", "the model reads it: correct the cell.");
        Assert.DoesNotContain("--inputs", cell.Error, StringComparison.Ordinal);
        (await CliRun.OfAsync("forecast", run, "--data", data)).AssertBadInput(
            "no-load.csv:1: the model reads a column 'load', which is missing; there are: month, price.");
    }

    [Fact]
    public async Task Forecast_SeriesFarFromZero_WritesTheDigitsThatVary()
    {
        string csv = _directory.Write("far.csv", "t,load\n" + string.Concat(Enumerable.Range(0, 200).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{2000 + (i / 12)}-{(i % 12) + 1:00},{1e9 + (5 * Math.Sin(i / 3.0)):0.####}\n"))));
        string run = _directory.File("far");
        (await CliRun.OfAsync(["train", "--data", csv, "--out", run, .. Samples.ForecastJob, "--quiet"])).AssertDone();

        CliRun forecast = (await CliRun.OfAsync("forecast", run, "--quiet")).AssertDone();

        string[] values = [.. forecast.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')[2])];
        Assert.Equal(4, values.Distinct().Count());
        Assert.All(values, value => Assert.Matches(@"^(1000000\d{3}|999999\d{3})\.\d{1,3}$", value));
    }

    [Fact]
    public async Task Evaluate_Quantiles_ShowsTheirCoverage()
    {
        string run = await TrainAsync("--quantiles", "0.1,0.5,0.9");

        CliRun text = (await CliRun.OfAsync("evaluate", run)).AssertDone();
        JsonElement quantiles = (await CliRun.OfAsync("evaluate", run, "--json")).AssertDone().Json.GetProperty("quantiles");

        Assert.Contains("Between quantiles 0.1 and 0.9 lie ", text.Out, StringComparison.Ordinal);
        Assert.Contains("it should be 80.0 %", text.Out, StringComparison.Ordinal);
        Assert.Equal([0.1, 0.5, 0.9], quantiles.EnumerateArray().Select(q => q.GetProperty("quantile").GetDouble()));
        double[] shares = [.. quantiles.EnumerateArray().Select(q => q.GetProperty("share").GetDouble())];
        Assert.Equal(shares.Order(), shares);
        Assert.All(quantiles.EnumerateArray(), q => Assert.True(q.GetProperty("loss").GetDouble() > 0));
    }

    [Fact]
    public async Task Evaluate_Rolling_ShowsEveryOriginAndTheMean()
    {
        string run = await TrainAsync();

        CliRun text = (await CliRun.OfAsync("evaluate", run, "--rolling", "3")).AssertDone();
        JsonElement origins = (await CliRun.OfAsync("evaluate", run, "--rolling", "3", "--json")).AssertDone().Json.GetProperty("origins");

        // 300 months from 1990-01 on, horizon 4: the last forecast starts after row 295, 2014-08.
        string[] expected = ["2013-12", "2014-04", "2014-08"];
        Assert.Equal(expected, origins.EnumerateArray().Select(origin => origin.GetProperty("origin").GetString()));
        Assert.All(expected, origin => Assert.Contains(origin, text.Out, StringComparison.Ordinal));
        Assert.Contains("of 3 origins", text.Out, StringComparison.Ordinal);
        Assert.Equal("model", origins[0].GetProperty("methods")[0].GetProperty("method").GetString());
    }

    [Fact]
    public async Task Evaluate_RollingBeyondTheSplit_IsRefused() =>
        (await CliRun.OfAsync("evaluate", await TrainAsync(), "--rolling", "99")).AssertBadInput("--rolling 99", "give 1 to ");

    [Fact]
    public async Task Forecast_KnownWithoutFuture_SaysWhatToGive()
    {
        string run = await TrainAsync("--known", "price");
        (await CliRun.OfAsync("forecast", run)).AssertBadInput("--future", "price", "4 rows");
        (await CliRun.OfAsync("forecast", run, "--future", Future(2))).AssertBadInput("has 2 rows", "4");
    }

    [Theory]
    [InlineData("--quantiles", "0.1,0.9", "0.5 among them")]
    [InlineData("--quantiles", "0.5,x", "'x' is not a finite number")]
    [InlineData("--difference", "0", "use 1 or more")]
    [InlineData("--difference", "500", "--difference 500")]
    [InlineData("--known", "rain", "no column 'rain'")]
    [InlineData("--known", "load", "is among the targets")]
    public async Task Train_OptionThatWillNotDo_IsRefusedInOneLine(string option, string value, string part) =>
        (await CliRun.OfAsync([
            "train", "--data", _directory.Write("load.csv", Samples.Csv()), "--out", _directory.File("bad"),
            .. Samples.ForecastJob, option, value, "--quiet",
        ])).AssertBadInput(option, part);

    private async Task<string> TrainAsync(params string[] options)
    {
        string run = _directory.File("run");
        (await CliRun.OfAsync([
            "train", "--data", _directory.Write("load.csv", Samples.Csv()), "--out", run, .. Samples.ForecastJob, .. options, "--quiet",
        ])).AssertDone();
        return run;
    }

    private string Future(int rows) => _directory.Write(
        "future.csv",
        "month,price\n" + string.Concat(Enumerable.Range(300, rows).Select(
            i => string.Create(CultureInfo.InvariantCulture, $"{1990 + (i / 12)}-{(i % 12) + 1:00},{3 + Math.Cos(2 * Math.PI * i / 20):0.####}\n"))));
}
