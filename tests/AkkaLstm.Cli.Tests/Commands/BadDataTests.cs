using System.Text;

namespace AkkaLstm.Cli.Tests.Commands;

/// <summary>Data, job files and places that cannot be used: exit code 2, one line, nothing begun.</summary>
public sealed class BadDataTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Train_MissingFile_NamesIt() =>
        await RejectAsync(_directory.File("no.csv"), [], "no such file", "--data");

    [Fact]
    public async Task Train_EmptyFile_NamesIt() =>
        await RejectAsync(_directory.Write("empty.csv", ""), [], "is empty");

    [Fact]
    public async Task Train_TextInNumericColumn_NamesLineAndColumn() =>
        await RejectAsync(Broken("1995-05,", "1995-05,lots,3"), [], ":66:", "'load'", "'lots'");

    [Fact]
    public async Task Train_RaggedRow_NamesLine() =>
        await RejectAsync(Broken("1995-05,", "1995-05,3"), [], ":66:", "2 fields", "3");

    [Fact]
    public async Task Train_NaN_NamesLineAndColumn() =>
        await RejectAsync(Broken("1995-05,", "1995-05,NaN,3"), [], ":66:", "'load'", "NaN");

    [Fact]
    public async Task Train_TooFewRows_SaysHowManyAreNeeded() =>
        await RejectAsync(
            _directory.Write("few.csv", Samples.Csv(20)), [], "14 rows", "--window 12", "--horizon 4");

    [Fact]
    public async Task Train_UnknownTarget_ListsTheColumns() =>
        await RejectAsync(_directory.Write("a.csv", Samples.Csv()), ["--inputs", "weight"], "'weight'", "load");

    [Fact]
    public async Task Train_TextThatIsNotUtf8_NamesLineAndByte()
    {
        byte[] latin = Encoding.Latin1.GetBytes("plain\nfür alle\n");
        string path = _directory.Write("latin.txt", latin);

        CliRun run = await CliRun.OfAsync(
            ["train", "--data", path, "--out", _directory.File("run"), .. Samples.TextJob]);

        run.AssertBadInput(path, ":2:", "0xfc", "UTF-8");
        Assert.False(Directory.Exists(_directory.File("run")));
    }

    [Fact]
    public async Task Train_TextWithoutTask_AsksForIt()
    {
        string path = _directory.Write("book.txt", Samples.Text());

        (await CliRun.OfAsync("train", "--data", path)).AssertBadInput("--data", "--task");
    }

    [Theory]
    [InlineData("""{ "hiden": 3 }""", "'hiden'", "'hidden'")]
    [InlineData("""{ "hidden": "3" }""", "hidden", "whole number")]
    [InlineData("""{ "hidden": 0 }""", "--hidden", "1 or more")]
    [InlineData("""{ "cell": "lstn" }""", "cell", "'lstn'", "lstm")]
    [InlineData("{ \"hidden\": 3,\n \"layers\": }", "job.json:2:", "not JSON")]
    [InlineData("[]", "job.json", "one JSON object")]
    [InlineData("", "job.json", "not JSON")]
    public async Task Train_BadJobFile_NamesPlaceAndRemedy(string json, params string[] parts) =>
        (await CliRun.OfAsync("train", _directory.Write("job.json", json))).AssertBadInput(parts);

    [Fact]
    public async Task Train_JobFileThatIsNotUtf8_SaysHowToConvertIt()
    {
        byte[] latin = Encoding.Latin1.GetBytes("{ \"data\": \"Umsätze.csv\" }");

        (await CliRun.OfAsync("train", _directory.Write("job.json", latin))).AssertBadInput("job.json", "UTF-8", "iconv");
    }

    [Fact]
    public async Task Train_MissingJobFile_NamesIt() =>
        (await CliRun.OfAsync("train", _directory.File("no.json"))).AssertBadInput("no.json", "job file");

    [Fact]
    public async Task Train_DataInPlaceOfAJob_SaysToUseDataOption() =>
        (await CliRun.OfAsync("train", _directory.Write("a.csv", "x"))).AssertBadInput("a.csv", "--data");

    [Fact]
    public async Task Train_InitFromForeignFile_NamesIt()
    {
        string foreign = _directory.Write(
            "foreign.safetensors", "this is no tensor file at all, only text of some length");
        string csv = _directory.Write("a.csv", Samples.Csv());

        (await CliRun.OfAsync(
            ["train", "--data", csv, "--init-from", foreign, "--out", _directory.File("run"), .. Samples.ForecastJob]))
            .AssertBadInput("foreign.safetensors");
    }

    [Fact]
    public async Task Train_OutBelowAFile_NamesTheOption()
    {
        // Works for root too, whom permissions do not bind.
        string file = _directory.Write("file", "");

        (await OutAsync(Path.Combine(file, "run"))).AssertBadInput("--out", "cannot be written");
    }

    [Fact]
    public async Task Train_OutThatMayNotBeWritten_NamesTheOption()
    {
        if (OperatingSystem.IsLinux())
            (await OutAsync("/proc/akkalstm-run")).AssertBadInput("--out", "/proc/akkalstm-run");
    }

    [Fact]
    public async Task Train_OutThatHoldsFiles_LeavesThemAlone()
    {
        string kept = _directory.Write("kept.txt", "mine");

        (await OutAsync(_directory.FullPath)).AssertBadInput("--out", "not empty");

        Assert.Equal("mine", File.ReadAllText(kept));
    }

    private static Task<CliRun> OutAsync(string path) => CliRun.OfAsync("train", "--steps", "2", "--out", path);

    private async Task RejectAsync(string data, string[] options, params string[] parts)
    {
        CliRun run = await CliRun.OfAsync(
            ["train", "--data", data, "--out", _directory.File("run"), .. Samples.ForecastJob, .. options]);

        run.AssertBadInput([Path.GetFileName(data), .. parts]);
        Assert.False(
            Directory.Exists(_directory.File("run")), "nothing is begun before the data is known to be good");
    }

    /// <summary>A CSV of which the row that begins so is replaced by another.</summary>
    private string Broken(string start, string replacement)
    {
        IEnumerable<string> lines = Samples.Csv().Split('\n')
            .Select(line => line.StartsWith(start, StringComparison.Ordinal) ? replacement : line);
        return _directory.Write("broken.csv", string.Join('\n', lines));
    }
}
