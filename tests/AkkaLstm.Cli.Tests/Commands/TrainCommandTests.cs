using System.CommandLine;
using System.Text.Json;
using AkkaLstm.Cli.Commands;
using AkkaLstm.Cli.Hosting;

namespace AkkaLstm.Cli.Tests.Commands;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Train_ForecastJson_HasTheFieldsThatScriptsRelyOn()
    {
        JsonElement json = (await Train("run", ["--json"])).AssertDone().Json;

        Assert.Equal("completed", json.GetProperty("status").GetString());
        Assert.Equal(_directory.File("run"), json.GetProperty("runDirectory").GetString());
        Assert.Equal(3, json.GetProperty("epochs").GetInt32());
        Assert.Matches("^[0-9a-f]{64}$", json.GetProperty("parameterSha256").GetString());
        Assert.InRange(json.GetProperty("bestEpoch").GetInt32(), 1, 3);
        Assert.All(
            ["steps", "trainLoss", "validLoss", "bestValidLoss", "testLoss", "elapsedSeconds", "targetsPerSecond"],
            (string name) => Assert.True(json.GetProperty(name).GetDouble() > 0, name));
        JsonElement[] methods = [.. json.GetProperty("test").EnumerateArray()];
        string[] names = [.. methods.Select(m => m.GetProperty("method").GetString()!)];
        Assert.Equal("model", names[0]);
        Assert.All(["persistence", "seasonal-naive", "ar"], (string method) => Assert.Contains(method, names));
        Assert.All(methods, m => Assert.True(m.GetProperty("metrics").GetProperty("rmse").GetDouble() > 0));
        Assert.False(json.TryGetProperty("resumeCommand", out _));
    }

    [Theory]
    [InlineData("1", 12)]
    [InlineData("5", 2)]
    [InlineData("0", 0)]
    public async Task Train_MetricsEvery_WritesThatManyStepLines(string every, int count)
    {
        (await Train("run", ["--steps", "12", "--metrics-every", every])).AssertDone();

        string[] lines = await File.ReadAllLinesAsync(Path.Combine(_directory.File("run"), "metrics.jsonl"));
        Assert.Equal(count, lines.Count(line => line.Contains("\"type\":\"step\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("--dropout 0.3", true)]
    [InlineData("--dropout 0.3 --layers 2", false)]
    [InlineData("--dropout 0.3 --dropout-sites output", false)]
    public async Task Train_DropoutBetweenTheLayersOfOne_SaysThatItHasNoEffect(string options, bool isSaid)
    {
        CliRun run = (await Train("run", options.Split(' '))).AssertDone();

        Assert.Equal(isSaid, run.Error.Contains("--dropout has no effect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Train_Text_ShowsCurveTableRunDirectoryAndLinesToCopy()
    {
        CliRun run = (await Train("run", [])).AssertDone();

        Assert.Contains("⠒⠒ train", run.Out, StringComparison.Ordinal);
        Assert.Contains("RMSE", run.Out, StringComparison.Ordinal);
        Assert.Contains("persistence", run.Out, StringComparison.Ordinal);
        Assert.Contains("seasonal naive", run.Out, StringComparison.Ordinal);
        Assert.Contains("The model's RMSE is", run.Out, StringComparison.Ordinal);
        Assert.Contains($"Run directory: {_directory.File("run")}", run.Out, StringComparison.Ordinal);
        string[] next = [.. run.Out.Split('\n').Where(
            l => l.StartsWith($"  {ProgramName.Current} ", StringComparison.Ordinal))];
        Assert.Equal(4, next.Length);
        using var interrupts = Interrupts.None(TextWriter.Null);
        RootCommand root = new CliApplication(new CliConsole(TextWriter.Null, TextWriter.Null), interrupts, CommandList.All).Root;
        Assert.All(next, line => Assert.Empty(root.Parse(line[(ProgramName.Current.Length + 3)..]).Errors));
        Assert.Equal(3, run.ErrorLines.Count(l => l.StartsWith("epoch ", StringComparison.Ordinal)));
        Assert.DoesNotContain('\u001b', run.Error + run.Out);
    }

    [Fact]
    public async Task Train_TwoWorkers_SaysWhatEachDid()
    {
        JsonElement json = (await Train("json", ["--workers", "2", "--json"])).AssertDone().Json;
        CliRun text = (await Train("text", ["--workers", "2"])).AssertDone();

        JsonElement[] workers = [.. json.GetProperty("workers").EnumerateArray()];
        Assert.Equal([1, 2], workers.Select(worker => worker.GetProperty("worker").GetInt32()));
        Assert.Equal(1, workers.Sum(worker => worker.GetProperty("share").GetDouble()), 1e-9);
        Assert.Single(workers, worker => worker.GetProperty("isSlowest").GetBoolean());
        Assert.Contains(", slowest", text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_OneWorker_ComparesNobody()
    {
        Assert.False((await Train("json", ["--workers", "1", "--json"])).AssertDone().Json.TryGetProperty("workers", out _));
        Assert.DoesNotContain(
            "slowest", (await Train("text", ["--workers", "1"])).AssertDone().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Quiet_PrintsTheRunDirectoryAndNothingElse()
    {
        CliRun run = (await Train("run", ["--quiet"])).AssertDone();

        Assert.Equal(_directory.File("run") + Environment.NewLine, run.Out);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Train_NoJobAndNoData_IsTheSunspotForecast()
    {
        string run = _directory.File("sunspots");

        (await CliRun.OfAsync("train", "--steps", "3", "--out", run, "--quiet")).AssertDone();

        JsonElement json = (await CliRun.OfAsync("inspect", run, "--json")).AssertDone().Json;
        Assert.Equal("builtin:sunspots", json.GetProperty("data").GetString());
        Assert.Equal("forecast", json.GetProperty("task").GetString());
        Assert.Equal(3, json.GetProperty("step").GetInt64());
    }

    [Fact]
    public async Task Train_JobFile_IsReadAndTheCommandLineWins()
    {
        _directory.Write("load.csv", Samples.Csv());
        string job = _directory.Write(
            "job.json", """{ "data": "load.csv", "targets": ["load"], "window": 12, "batch": 16, "hidden": 5, "layers": 2, "epochs": 1 }""");

        (await CliRun.OfAsync("train", job, "--hidden", "6", "--out", _directory.File("run"), "--quiet"))
            .AssertDone();

        JsonElement model = (await CliRun.OfAsync("inspect", _directory.File("run"), "--json"))
            .AssertDone().Json.GetProperty("model");
        Assert.Equal(6, model.GetProperty("hiddenSize").GetInt32());
        Assert.Equal(2, model.GetProperty("layerCount").GetInt32());
    }

    [Fact]
    public async Task Train_JobFileOfARun_GivesTheSameBits()
    {
        (await Train("first", ["--quiet"])).AssertDone();

        (await CliRun.OfAsync("train", _directory.File("first/job.json"), "--out", _directory.File("second"), "--quiet")).AssertDone();

        Assert.Equal(await HashAsync("first"), await HashAsync("second"));
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    public async Task Train_OtherWorkersAndServers_GiveTheSameBits(int workers, int servers)
    {
        (await Train("one", ["--workers", "1", "--servers", "1", "--quiet"])).AssertDone();
        (await Train("many", ["--workers", $"{workers}", "--servers", $"{servers}", "--quiet"])).AssertDone();

        Assert.Equal(await HashAsync("one"), await HashAsync("many"));
    }

    [Fact]
    public async Task Train_Interrupted_ExitsWith130AndResumeGoesOnBitForBit()
    {
        (await Train("whole", ["--quiet"])).AssertDone();
        string csv = _directory.File("load.csv");

        CliRun run = await CliRun.InterruptedAtAsync(
            "epoch 1/", ["train", "--data", csv, "--out", _directory.File("cut"), .. Samples.ForecastJob]);

        Assert.Equal(CliRun.ExitCodes.Interrupted, run.ExitCode);
        string last = run.ErrorLines[^1];
        string resume = ProgramName.Line("resume", _directory.File("cut"));
        Assert.StartsWith("akkalstm: interrupted after step", last, StringComparison.Ordinal);
        Assert.EndsWith(resume, last, StringComparison.Ordinal);
        Assert.Contains(run.ErrorLines, l => l.Contains("once more stops at once", StringComparison.Ordinal));

        (await CliRun.OfAsync("resume", _directory.File("cut"), "--workers", "3", "--servers", "2", "--quiet"))
            .AssertDone();
        Assert.Equal(await HashAsync("whole"), await HashAsync("cut"));
    }

    [Fact]
    public async Task Train_InterruptedJson_StillPrintsOneObjectWithTheResumeCommand()
    {
        string csv = _directory.Write("load.csv", Samples.Csv());

        CliRun run = await CliRun.InterruptedAtAsync(
            "epoch "
                + "1/",
                ["train", "--data", csv, "--out", _directory.File("cut"), "--json", .. Samples.ForecastJob]);

        Assert.Equal(CliRun.ExitCodes.Interrupted, run.ExitCode);
        Assert.Equal("interrupted", run.Json.GetProperty("status").GetString());
        Assert.Contains("resume", run.Json.GetProperty("resumeCommand").GetString(), StringComparison.Ordinal);
    }

    private async Task<CliRun> Train(string name, string[] options)
    {
        string csv = _directory.Write("load.csv", Samples.Csv());
        return await CliRun.OfAsync(
            ["train", "--data", csv, "--out", _directory.File(name), .. Samples.ForecastJob, .. options]);
    }

    private async Task<string> HashAsync(string name) =>
        (await CliRun.OfAsync("inspect", _directory.File(name), "--json")).AssertDone().Json
            .GetProperty("parameterSha256").GetString()!;
}
