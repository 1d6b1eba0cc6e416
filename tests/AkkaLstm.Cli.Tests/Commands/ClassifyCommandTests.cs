using System.Text.Json;
using System.Xml.Linq;

namespace AkkaLstm.Cli.Tests.Commands;

/// <summary>Classifiers on the command line: training, figures, the classify command, and what is refused.</summary>
public sealed class ClassifyCommandTests(TrainedRuns runs) : IClassFixture<TrainedRuns>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Evaluate_Classifier_ShowsBaselinesClassesAndConfusion()
    {
        CliRun run = (await CliRun.OfAsync("evaluate", runs.Classes)).AssertDone();

        Assert.All(
            ["this model", "majority", "centroid", "macro-F1", "precision", "actual \\ predicted", "up, up", "The model is right on 100.0 %"],
            (string s) => Assert.Contains(s, run.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Evaluate_ClassifierJson_HasConfusionAndFiguresOfEachClass()
    {
        JsonElement json = (await CliRun.OfAsync("evaluate", runs.Classes, "--json")).AssertDone().Json;

        JsonElement model = json.GetProperty("methods")[0];
        Assert.Equal(1, model.GetProperty("metrics").GetProperty("macroF1").GetDouble());
        Assert.Equal(1, model.GetProperty("targets").GetProperty("up, up").GetProperty("recall").GetDouble());
        Assert.Equal("down", json.GetProperty("confusion").GetProperty("labels")[0].GetString());
        Assert.True(json.GetProperty("confusion").GetProperty("counts")[1][1].GetInt64() > 0);
    }

    [Fact]
    public async Task Evaluate_Plot_DrawsTheConfusionMatrix()
    {
        string plot = _directory.File("c.svg");

        (await CliRun.OfAsync("evaluate", runs.Classes, "--plot", plot)).AssertDone();

        string[] texts = [.. XDocument.Load(plot).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        Assert.Contains("up, up", texts);
        Assert.Contains("100 %", texts);
    }

    [Fact]
    public async Task Evaluate_PlotOfAForecast_IsRefused() =>
        (await CliRun.OfAsync("evaluate", runs.Forecast, "--plot", _directory.File("c.svg"))).AssertBadInput("--plot", "classifier");

    [Fact]
    public async Task Classify_LabelledFile_IsCsvWithProbabilitiesAndSaysTheShare()
    {
        CliRun run = (await CliRun.OfAsync("classify", runs.Classes)).AssertDone();

        string[] lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("sequence,label,predicted,p(down),\"p(up, up)\"", lines[0]);
        Assert.Equal(91, lines.Length);
        Assert.StartsWith("s0,\"up, up\",\"up, up\",0", lines[1], StringComparison.Ordinal);
        Assert.Contains("of 90 labelled sequences right", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_UnlabelledFileToOut_HasNoLabelColumn()
    {
        string data = _directory.Write("new.csv", Samples.Sequences(5, hasLabels: false)), csv = _directory.File("out.csv");

        CliRun run = (await CliRun.OfAsync("classify", runs.Classes, "--data", data, "--out", csv)).AssertDone();

        Assert.Equal("", run.Out);
        string[] lines = await File.ReadAllLinesAsync(csv);
        Assert.Equal("sequence,predicted,p(down),\"p(up, up)\"", lines[0]);
        Assert.Equal(6, lines.Length);
        Assert.StartsWith("s1,down,", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_Json_HasASequenceForEach()
    {
        JsonElement json = (await CliRun.OfAsync("classify", runs.Classes, "--json")).AssertDone().Json;

        JsonElement first = json.GetProperty("sequences")[0];
        Assert.Equal("up, up", first.GetProperty("predicted").GetString());
        Assert.Equal(2, first.GetProperty("probabilities").GetArrayLength());
        Assert.Equal(90, json.GetProperty("sequences").GetArrayLength());
        Assert.True(json.GetProperty("accuracy").GetDouble() > 0.9);
    }

    [Fact]
    public async Task Classify_ForecastModel_IsRefused() =>
        (await CliRun.OfAsync("classify", runs.Forecast)).AssertBadInput("--task forecast", "trained to classify");

    [Theory]
    [InlineData("forecast")]
    [InlineData("generate")]
    public async Task OtherCommands_Classifier_IsRefused(string command) =>
        (await CliRun.OfAsync(command, runs.Classes)).AssertBadInput("--task classify");

    [Fact]
    public async Task Classify_UnknownLabel_NamesLineAndLabels()
    {
        string data = _directory.Write("new.csv", "sequence,label,height\na,sideways,1\n");

        (await CliRun.OfAsync("classify", runs.Classes, "--data", data)).AssertBadInput("new.csv:2:", "'sideways'", "down");
    }

    [Fact]
    public async Task Classify_MissingFeature_NamesIt()
    {
        string data = _directory.Write("new.csv", "sequence,depth\na,1\n");

        (await CliRun.OfAsync("classify", runs.Classes, "--data", data)).AssertBadInput("new.csv:1: the model reads a column 'height'", "sequence, depth");
    }

    [Theory]
    [InlineData("--window", "5")]
    [InlineData("--horizon", "5")]
    [InlineData("--max-length", "0")]
    [InlineData("--label-column", "kind")]
    [InlineData("--order-column", "time")]
    [InlineData("--tokens", "letters")]
    [InlineData("--tokens", "characters")] // of sequences of numbers
    public async Task Train_OptionThatDoesNotGo_NamesIt(string option, string value)
    {
        CliRun run = await CliRun.OfAsync(
            ["train", "--data", runs.Sequences, "--out", _directory.File("run"), .. Samples.ClassifyJob, option, value]);

        run.AssertBadInput(option);
        Assert.False(Directory.Exists(_directory.File("run")), "nothing is begun before the data is known to be good");
    }

    [Fact]
    public async Task Train_JsonLines_IsClassificationWithoutSayingSo()
    {
        string data = _directory.Write("t.jsonl", string.Concat(Enumerable.Range(0, 40).Select(
            i => $$"""{"label": "{{(i % 2 == 0 ? "a" : "b")}}", "text": "word{{i % 2}} and more"}""" + "\n")));

        JsonElement json = (await CliRun.OfAsync(
            "train", "--data", data, "--epochs", "2", "--hidden", "4", "--out", _directory.File("run"), "--json")).AssertDone().Json;

        Assert.Equal(2, json.GetProperty("confusion").GetProperty("labels").GetArrayLength());
    }
}
