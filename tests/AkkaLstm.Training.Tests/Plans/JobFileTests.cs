using System.Text;
using AkkaLstm.Data;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Plans;

public sealed class JobFileTests
{
    private static PlanOptions Read(string json) =>
        JobFile.Read(Encoding.UTF8.GetBytes(json), "job.json", baseDirectory: null);

    [Fact]
    public void Read_EveryKindOfValue_SetsTheOptions()
    {
        PlanOptions options = Read(
            """
            {
              // comments are allowed
              "data": "sales.csv", "task": "forecast", "hidden": 32, "lr": 1e-3, "init": "uniform:0.1",
              "targets": ["price", "volume, traded"], "lossScale": "sum-over-time", "seed": 7,
              "quantiles": [0.1, 0.5, 0.9],
            }
            """);

        Assert.Equal("sales.csv", options.Data);
        Assert.Equal(DataTask.Forecast, options.Task);
        Assert.Equal(32, options.Hidden);
        Assert.Equal(1e-3, options.Lr);
        Assert.Equal("uniform:0.1", options.Init.ToString());
        Assert.Equal(["price", "volume, traded"], options.Targets);
        Assert.Equal(LossScale.SumOverTime, options.LossScale);
        Assert.Equal(7, options.Seed);
        Assert.Equal([0.1, 0.5, 0.9], options.Quantiles);
        Assert.Null(options.Batch);
    }

    [Theory]
    [InlineData("""{ "hiden": 3 }""", "job.json: unknown key 'hiden'; did you mean 'hidden'?")]
    [InlineData("""{ "lrDecai": 3 }""", "job.json: unknown key 'lrDecai'; did you mean 'lrDecay'?")]
    [InlineData("""{ "hidden": "3" }""", "job.json: hidden: \"3\" is not a whole number (without quotes)")]
    [InlineData("""{ "hidden": 3.5 }""", "job.json: hidden: '3.5' is not a whole number up to 2147483647")]
    [InlineData("""{ "data": 3 }""", "job.json: data: 3 is not a text in quotes")]
    [InlineData("""{ "lr": true }""", "job.json: lr: true is not a number (without quotes)")]
    [InlineData("""{ "targets": "a" }""", "job.json: targets: \"a\" is not an array of texts in quotes")]
    [InlineData("""{ "targets": [1] }""", "job.json: targets: [1] is not an array of texts in quotes")]
    [InlineData("""{ "quantiles": "0.5" }""", "job.json: quantiles: \"0.5\" is not an array of numbers")]
    [InlineData("""{ "quantiles": [] }""", "job.json: quantiles: [] is not an array of numbers")]
    [InlineData("""{ "targets": [] }""", "job.json: targets: [] is not an array of texts in quotes")]
    [InlineData(
        """{ "init": "uniform" }""",
        "job.json: init: uniform needs a positive range, for example uniform:0.1, not 'uniform'")]
    [InlineData(
        """{ "init": "uniform:-1" }""",
        "job.json: init: uniform needs a positive range, for example uniform:0.1, not 'uniform:-1'")]
    [InlineData(
        """{ "init": "default:1" }""",
        "job.json: init: 'default' takes no number; use one of default|uniform:X|orthogonal")]
    [InlineData(
        """{ "init": "zero" }""", "job.json: init: 'zero' is not known; use one of default|uniform:X|orthogonal")]
    [InlineData("[]", "job.json: a job is one JSON object of options, like { \"data\": \"sales.csv\" }")]
    public void Read_BadValue_SaysWhereAndWhatWouldBeRight(string json, string expected)
    {
        var e = Assert.Throws<BadInputException>(() => Read(json));

        Assert.Equal(expected, e.Message);
    }

    [Fact]
    public void Read_UnknownCell_ListsTheKnownOnes()
    {
        var e = Assert.Throws<BadInputException>(() => Read("""{ "cell": "lstn" }"""));

        Assert.StartsWith(
            "job.json: cell: 'lstn' is not known; use one of lstm", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("(did you mean lstm?)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NotJson_NamesTheLine()
    {
        var e = Assert.Throws<BadInputException>(() => Read("{\n \"hidden\": 3\n \"lr\": 1 }"));

        Assert.StartsWith("job.json:3: this is not JSON", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Read_ByteOrderMark_IsSkipped() => Assert.Equal(3, Read("\ufeff{ \"hidden\": 3 }").Hidden);

    [Fact]
    public void Read_NotUtf8_SaysHowToConvertIt()
    {
        byte[] latin = Encoding.Latin1.GetBytes("{ \"data\": \"Umsätze.csv\" }");

        var e = Assert.Throws<BadInputException>(() => JobFile.Read(latin, "job.json", baseDirectory: null));

        Assert.StartsWith("job.json: is not valid UTF-8; convert the file", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "data": "\ud800" }""")]
    [InlineData("""{ "\ud800": 3 }""")]
    [InlineData("""{ "targets": ["\ud800"] }""")]
    public void Read_HalfACharacter_IsBadInput(string json)
    {
        var e = Assert.Throws<BadInputException>(() => Read(json));

        Assert.StartsWith("job.json: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RelativePath_IsRelativeToTheJobFile()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Write(
            "job.json", """{ "data": "sub/sales.csv", "valid": "/abs/v.csv", "initFrom": "../w.safetensors" }""");

        PlanOptions options = JobFile.Read(path);

        Assert.Equal(directory["sub/sales.csv"], options.Data);
        Assert.Equal("/abs/v.csv", options.Valid);
        Assert.Equal(Path.Combine(Path.GetDirectoryName(directory.FullPath)!, "w.safetensors"), options.InitFrom);
    }

    [Fact]
    public void Read_Builtin_IsNotAPath()
    {
        using var directory = new TemporaryDirectory();

        Assert.Equal(
            "builtin:reber", JobFile.Read(directory.Write("job.json", """{ "data": "builtin:reber" }""")).Data);
    }

    [Fact]
    public void Read_MissingFile_NamesIt()
    {
        var e = Assert.Throws<BadInputException>(() => JobFile.Read("/nowhere/job.json"));

        Assert.StartsWith("/nowhere/job.json: the job file cannot be read", e.Message, StringComparison.Ordinal);
    }
}
