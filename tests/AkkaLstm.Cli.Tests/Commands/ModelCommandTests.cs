using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace AkkaLstm.Cli.Tests.Commands;

public sealed class ModelCommandTests(TrainedRuns runs) : IClassFixture<TrainedRuns>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Evaluate_Run_ShowsModelBesideBaselines()
    {
        CliRun run = (await CliRun.OfAsync("evaluate", runs.Forecast)).AssertDone();

        Assert.All(
            ["this model", "persistence", "seasonal naive", "AR("],
            (string s) => Assert.Contains(s, run.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("valid")]
    [InlineData("test")]
    public async Task Evaluate_EverySplitJson_HasLossCountAndMethods(string split)
    {
        JsonElement json = (await CliRun.OfAsync("evaluate", runs.Forecast, "--split", split, "--data", runs.Csv, "--json")).AssertDone().Json;

        Assert.Equal(split, json.GetProperty("split").GetString());
        Assert.True(json.GetProperty("loss").GetDouble() > 0);
        Assert.True(json.GetProperty("count").GetInt64() > 0);
        Assert.Equal("model", json.GetProperty("methods")[0].GetProperty("method").GetString());
    }

    [Fact]
    public async Task Evaluate_WholeFile_LeavesNothingOut()
    {
        // 300 rows, window 12, horizon 4; 90 sequences.
        (string Model, string Data, int Count)[] cases = [(runs.Forecast, runs.Csv, (300 - 12 - 4 + 1) * 4), (runs.Classes, runs.Sequences, 90)];
        foreach ((string model, string data, int count) in cases)
        {
            JsonElement json = (await CliRun.OfAsync("evaluate", model, "--data", data, "--split", "all", "--json")).AssertDone().Json;
            CliRun text = (await CliRun.OfAsync("evaluate", model, "--data", data, "--split", "all")).AssertDone();

            Assert.Equal("all", json.GetProperty("split").GetString());
            Assert.Equal(count, json.GetProperty("count").GetInt32());
            Assert.Contains("the whole file", text.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Evaluate_WholeFileWithoutAFile_SaysToNameOne()
    {
        (await CliRun.OfAsync("evaluate", runs.Forecast, "--split", "all")).AssertBadInput("--split all", "--data");
        (await CliRun.OfAsync("evaluate", runs.Forecast, "--split", "most")).AssertBadInput("--split", "train, valid, test, all");
    }

    [Fact]
    public async Task Evaluate_SplitThatTrainingLeftOut_NamesThoseThereAre()
    {
        string run = _directory.File("no-test");
        (await CliRun.OfAsync([
            "train", "--data", runs.Csv, "--out", run, .. Samples.ForecastJob, "--test-fraction", "0", "--quiet",
        ])).AssertDone();

        CliRun refused = await CliRun.OfAsync("evaluate", run);

        refused.AssertBadInput("has no test part", "--split train or valid", "--data FILE --split all");
        Assert.DoesNotContain("--test-fraction", refused.Error, StringComparison.Ordinal);
        (await CliRun.OfAsync("evaluate", run, "--split", "valid")).AssertDone();
        (await CliRun.OfAsync("evaluate", run, "--split", "all", "--data", runs.Csv)).AssertDone();
    }

    [Fact]
    public async Task Evaluate_LanguageModel_HasPerplexityAndBits()
    {
        JsonElement metrics = (await CliRun.OfAsync("evaluate", runs.Text, "--json")).AssertDone().Json
            .GetProperty("methods")[0]
            .GetProperty("metrics");

        double nats = metrics.GetProperty("natsPerToken").GetDouble();
        Assert.Equal(Math.Exp(nats), metrics.GetProperty("perplexity").GetDouble(), 6);
        Assert.Equal(nats / Math.Log(2), metrics.GetProperty("bitsPerCharacter").GetDouble(), 6);
    }

    [Fact]
    public async Task Forecast_Run_IsACsvOfTheHorizon()
    {
        CliRun run = (await CliRun.OfAsync("forecast", runs.Forecast, "--quiet")).AssertDone();

        string[] lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("step,month,load", lines[0]);
        Assert.Equal(1 + 4, lines.Length);
        Assert.StartsWith("1,2015-01,", lines[1], StringComparison.Ordinal);
        Assert.All(
            lines.Skip(1),
            l => Assert.True(double.IsFinite(double.Parse(l.Split(',')[2], CultureInfo.InvariantCulture))));
    }

    [Fact]
    public async Task Forecast_Plot_WritesAChartBesideTheCsv()
    {
        string plot = _directory.File("f.svg"), csv = _directory.File("f.csv");

        CliRun run = (await CliRun.OfAsync("forecast", runs.Forecast, "--plot", plot, "--out", csv))
            .AssertDone();

        Assert.Equal("", run.Out);
        Assert.Equal(5, File.ReadAllLines(csv).Length);
        Assert.Equal("svg", XDocument.Load(plot).Root!.Name.LocalName);
    }

    [Fact]
    public async Task Forecast_Json_HasRowsWithValues()
    {
        JsonElement json = (await CliRun.OfAsync("forecast", runs.Forecast, "--horizon", "2", "--json"))
            .AssertDone().Json;

        Assert.Equal("load", json.GetProperty("targets")[0].GetString());
        Assert.Equal(2, json.GetProperty("rows").GetArrayLength());
        Assert.Equal(1, json.GetProperty("rows")[0].GetProperty("step").GetInt32());
        Assert.Equal(JsonValueKind.Number, json.GetProperty("rows")[0].GetProperty("values")[0].ValueKind);
    }

    [Fact]
    public async Task Generate_BeamsWithASeed_IsRefused() =>
        (await CliRun.OfAsync("generate", runs.Text, "--beams", "4", "--seed", "2")).AssertBadInput("--beams", "--temperature and --seed");

    [Fact]
    public async Task Generate_Beams_GivesTheSameTextEachTime()
    {
        CliRun first = (await CliRun.OfAsync("generate", runs.Text, "--prompt", "the ", "--length", "9", "--beams", "3")).AssertDone();

        Assert.Equal("the ".Length + 9 + 1, first.Out.Length);
        Assert.Equal(first.Out, (await CliRun.OfAsync("generate", runs.Text, "--prompt", "the ", "--length", "9", "--beams", "3")).Out);
    }

    [Fact]
    public async Task Generate_SameSeed_GivesTheSameTextAfterThePrompt()
    {
        string[] line = ["generate", runs.Text, "--prompt", "the quick ", "--length", "40", "--seed", "3"];

        CliRun first = (await CliRun.OfAsync(line)).AssertDone();
        CliRun second = (await CliRun.OfAsync(line)).AssertDone();

        Assert.Equal(first.Out, second.Out);
        Assert.StartsWith("the quick ", first.Out, StringComparison.Ordinal);
        Assert.Equal("the quick ".Length + 40 + 1, first.Out.Length);
    }

    [Fact]
    public async Task Generate_Json_SaysWhatTheModelHasNeverSeen()
    {
        JsonElement json = (await CliRun.OfAsync("generate", runs.Text, "--prompt", "THE quick", "--length", "5", "--json")).AssertDone().Json;

        Assert.Equal(5, json.GetProperty("text").GetString()!.Length);
        Assert.Contains("T", json.GetProperty("unknownInPrompt").EnumerateArray().Select(e => e.GetString()));
    }

    [Fact]
    public async Task Inspect_Run_ShowsHashShapesAndCheckpoints()
    {
        CliRun run = (await CliRun.OfAsync("inspect", runs.Forecast)).AssertDone();
        JsonElement json = (await CliRun.OfAsync("inspect", runs.Forecast, "--json")).AssertDone().Json;

        Assert.Contains(json.GetProperty("parameterSha256").GetString()!, run.Out, StringComparison.Ordinal);
        Assert.Contains("lstm.weight_hh_l0", run.Out, StringComparison.Ordinal);
        Assert.Contains("32 x 8", run.Out, StringComparison.Ordinal);
        Assert.Equal(3, json.GetProperty("epoch").GetInt32());
        Assert.Equal(
            json.GetProperty("parameterCount").GetInt32(),
            json.GetProperty("tensors").EnumerateArray().Sum(t => t.GetProperty("length").GetInt32()));
        Assert.NotEqual(0, json.GetProperty("checkpoints").GetArrayLength());
        Assert.All(
            ["planHash", "dataHash", "simdPath", "source"],
            (string s) => Assert.NotEqual("", json.GetProperty(s).GetString()));
    }

    [Fact]
    public async Task Export_Model_ForecastsTheSameFromTheFile()
    {
        string file = _directory.File("m.safetensors");

        CliRun export = (await CliRun.OfAsync("export", runs.Forecast, "--out", file)).AssertDone();

        Assert.Equal(file + Environment.NewLine, export.Out);
        CliRun ofRun = (await CliRun.OfAsync("forecast", runs.Forecast, "--data", runs.Csv)).AssertDone();
        CliRun ofFile = (await CliRun.OfAsync("forecast", file, "--data", runs.Csv)).AssertDone();
        Assert.Equal(ofRun.Out, ofFile.Out);
    }

    [Fact]
    public async Task Forecast_LanguageModel_NamesTheTaskItWasTrainedFor() =>
        (await CliRun.OfAsync("forecast", runs.Text)).AssertBadInput("char-lm");

    [Fact]
    public async Task Generate_Forecast_NamesTheTaskItWasTrainedFor() =>
        (await CliRun.OfAsync("generate", runs.Forecast)).AssertBadInput("forecast", "text");

    [Theory]
    [InlineData("--length", "-1")]
    [InlineData("--temperature", "-0.5")]
    [InlineData("--seed", "-2")]
    public async Task Generate_OutOfRange_NamesTheOption(string option, string value) =>
        (await CliRun.OfAsync("generate", runs.Text, option, value)).AssertBadInput(option, value);

    [Theory]
    [InlineData("0")]
    [InlineData("100001")]
    [InlineData("2147483647")]
    public async Task Forecast_HorizonOutOfRange_NamesTheOption(string horizon) =>
        (await CliRun.OfAsync("forecast", runs.Forecast, "--horizon", horizon)).AssertBadInput($"--horizon {horizon}", "100000");

    [Fact]
    public async Task Forecast_OtherColumns_NamesFileAndColumn()
    {
        string csv = _directory.Write(
            "other.csv", Samples.Csv().Replace("load", "weight", StringComparison.Ordinal));

        (await CliRun.OfAsync("forecast", runs.Forecast, "--data", csv)).AssertBadInput(csv, "load");
    }

    [Fact]
    public async Task Forecast_PlotInMissingFolder_NamesOptionAndReason() =>
        (await CliRun.OfAsync("forecast", runs.Forecast, "--plot", _directory.File("no/f.svg")))
            .AssertBadInput("--plot", "no such folder");
}
