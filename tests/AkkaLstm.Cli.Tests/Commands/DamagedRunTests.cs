using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AkkaLstm.Cli.Tests.Commands;

/// <summary>Damage after training: what is whole is used, what is not is named.</summary>
public sealed class DamagedRunTests(TrainedRuns runs) : IClassFixture<TrainedRuns>, IDisposable
{
    private const string Parameters = "parameters.safetensors";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Resume_NewestTruncated_NamesItUsesTheOneBeforeAndEndsAsBefore()
    {
        string run = Copy(runs.Forecast);
        string whole = await HashAsync(run);
        string newest = Newest(run);
        Truncate(Path.Combine(newest, Parameters));

        CliRun resumed = (await CliRun.OfAsync("resume", run)).AssertDone();

        Assert.Contains(resumed.ErrorLines, l => l.Contains(Path.GetFileName(newest), StringComparison.Ordinal)
            && l.Contains("damaged", StringComparison.Ordinal));
        Assert.Equal(whole, await HashAsync(run));
    }

    [Theory]
    [InlineData(Parameters)]
    [InlineData("optimizer.safetensors")]
    [InlineData("carry.safetensors")]
    [InlineData("manifest.json")]
    [InlineData("model.json")]
    public async Task Evaluate_CheckpointWithFlippedBit_NamesTheFile(string file)
    {
        string checkpoint = Newest(Copy(runs.Forecast));
        FlipBit(Path.Combine(checkpoint, file));

        CliRun run = await CliRun.OfAsync("evaluate", checkpoint);

        // The optimizer's state and the carry are no part of the model.
        if (file is "optimizer.safetensors" or "carry.safetensors" && run.ExitCode == CliRun.ExitCodes.Done)
            return;
        run.AssertBadInput(Path.GetFileName(checkpoint));
    }

    [Theory]
    [InlineData(Parameters)]
    [InlineData("optimizer.safetensors")]
    [InlineData("carry.safetensors")]
    [InlineData("manifest.json")]
    public async Task Resume_NewestWithFlippedBit_EndsWithTheSameBits(string file)
    {
        string run = Copy(runs.Forecast);
        string whole = await HashAsync(run);
        FlipBit(Path.Combine(Newest(run), file));

        CliRun resumed = (await CliRun.OfAsync("resume", run)).AssertDone();

        Assert.Contains(resumed.ErrorLines, l => l.StartsWith("warning: ", StringComparison.Ordinal));
        Assert.Equal(whole, await HashAsync(run));
    }

    [Fact]
    public async Task Inspect_DamagedCheckpoint_IsListedAsSuch()
    {
        string run = Copy(runs.Forecast);
        Truncate(Path.Combine(Newest(run), Parameters));

        JsonElement json = (await CliRun.OfAsync("inspect", run, "--json")).AssertDone().Json;

        JsonElement[] damaged = [.. json.GetProperty("checkpoints").EnumerateArray().Where(
            c => c.TryGetProperty("damage", out _))];
        Assert.Contains(
            "damaged", Assert.Single(damaged).GetProperty("damage").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_ChangedPlan_IsRefused()
    {
        string run = Copy(runs.Forecast);
        string job = Path.Combine(run, "job.json");
        File.WriteAllText(
            job, File.ReadAllText(job).Replace("\"hidden\": 8", "\"hidden\": 9", StringComparison.Ordinal));

        (await CliRun.OfAsync("resume", run)).AssertBadInput("job.json", "plan");
    }

    [Fact]
    public async Task Resume_CheckpointsOfAnotherPlan_AreRefused()
    {
        string run = Copy(runs.Text);
        foreach (string checkpoint in Directory.GetDirectories(Path.Combine(run, "checkpoints")))
            Directory.Delete(checkpoint, recursive: true);
        string foreign = Newest(runs.Forecast);
        CopyDirectory(foreign, Path.Combine(run, "checkpoints", Path.GetFileName(foreign)));

        (await CliRun.OfAsync("resume", run)).AssertBadInput(Path.GetFileName(foreign), "plan");
    }

    [Fact]
    public async Task Resume_ChangedData_IsRefused()
    {
        string csv = _directory.Write("load.csv", Samples.Csv());
        string run = _directory.File("run");
        (await CliRun.OfAsync(["train", "--data", csv, "--out", run, "--quiet", .. Samples.ForecastJob]))
            .AssertDone();
        File.AppendAllText(csv, "2015-01,9,3\n");

        (await CliRun.OfAsync("resume", run, "--epochs", "5")).AssertBadInput(csv, "was changed after the run began");
    }

    [Fact]
    public async Task Resume_CommentInTheJobFile_GoesOn()
    {
        string run = Copy(runs.Forecast);
        string job = Path.Combine(run, "job.json");
        File.WriteAllText(job, "// the one that worked\n" + File.ReadAllText(job));

        (await CliRun.OfAsync("resume", run)).AssertDone();
    }

    [Fact]
    public async Task Resume_CheckpointOfAnotherFormat_IsRefusedAndChangesNothing()
    {
        string run = Copy(runs.Forecast);
        string manifest = Path.Combine(Newest(run), "manifest.json");
        WriteOtherFormat(manifest);
        string identity = File.ReadAllText(Path.Combine(run, "run.json"));
        string[] before = Directory.GetFileSystemEntries(run, "*", SearchOption.AllDirectories);

        (await CliRun.OfAsync("resume", run)).AssertBadInput(manifest, "format version 2", "use the program that wrote it");
        (await CliRun.OfAsync("inspect", run)).AssertBadInput("format version 2");

        Assert.Equal(before, Directory.GetFileSystemEntries(run, "*", SearchOption.AllDirectories));
        Assert.Equal(identity, File.ReadAllText(Path.Combine(run, "run.json")));
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("forecast")]
    [InlineData("export")]
    [InlineData("gradient-flow")]
    [InlineData("generate")]
    [InlineData("classify")]
    public async Task Command_BestCheckpointDamaged_SaysWhichIsUsedInstead(string command)
    {
        string run = Copy(command switch { "generate" => runs.Text, "classify" => runs.Classes, _ => runs.Forecast });
        string best = await BestAsync(run);
        FlipBit(Path.Combine(best, Parameters));
        string[] line = command == "export" ? [command, run, "--out", _directory.File("model.safetensors")] : [command, run];

        CliRun told = (await CliRun.OfAsync(line)).AssertDone();
        CliRun quiet = (await CliRun.OfAsync([.. line, "--quiet"])).AssertDone();

        Assert.Contains(told.ErrorLines, l => l.StartsWith($"warning: {best}", StringComparison.Ordinal)
            && l.Contains("damaged", StringComparison.Ordinal));
        Assert.Contains(told.ErrorLines, l => l.StartsWith("warning: ", StringComparison.Ordinal)
            && l.EndsWith(" is used instead", StringComparison.Ordinal) && !l.Contains(best, StringComparison.Ordinal));
        Assert.DoesNotContain("warning", quiet.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("forecast")]
    [InlineData("generate")]
    [InlineData("inspect")]
    [InlineData("resume")]
    public async Task Command_MissingModel_NamesThePath(string command) =>
        (await CliRun.OfAsync(command, _directory.File("nothing"))).AssertBadInput("nothing");

    [Theory]
    [InlineData("evaluate")]
    [InlineData("inspect")]
    public async Task Command_EmptyFolder_SaysWhatToGive(string command) =>
        (await CliRun.OfAsync(command, _directory.FullPath)).AssertBadInput("neither a run nor a checkpoint");

    [Fact]
    public async Task Evaluate_ModelFileFromElsewhere_SaysWhatIsMissing()
    {
        // A whole safetensors file with one tensor, as another tool would write it.
        const string header = """{"weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";
        string path = _directory.Write(
            "other.safetensors",
            [.. BitConverter.GetBytes((long)header.Length), .. header.Select(c => (byte)c), 0, 0, 0, 0]);

        (await CliRun.OfAsync("evaluate", path)).AssertBadInput("other.safetensors");
    }

    [Theory]
    [InlineData("plain text, no tensors")]
    [InlineData("")]
    public async Task Evaluate_FileThatIsNoModel_NamesIt(string content) =>
        (await CliRun.OfAsync("evaluate", _directory.Write("model.safetensors", content))).AssertBadInput(
            "model.safetensors");

    private static string Newest(string run) =>
        Directory.GetDirectories(Path.Combine(run, "checkpoints")).Max(StringComparer.Ordinal)!;

    private static async Task<string> BestAsync(string run) =>
        (await CliRun.OfAsync("inspect", run, "--json")).AssertDone().Json.GetProperty("checkpoints").EnumerateArray()
            .Single(checkpoint => checkpoint.GetProperty("isBest").GetBoolean()).GetProperty("path").GetString()!;

    /// <summary>A sound manifest as a later version of the program would write it.</summary>
    private static void WriteOtherFormat(string manifest)
    {
        const string key = "\"checksum\": \"";
        string text = File.ReadAllText(manifest).Replace("\"formatVersion\": 1", "\"formatVersion\": 2", StringComparison.Ordinal);
        int start = text.IndexOf(key, StringComparison.Ordinal) + key.Length;
        string zeros = new('0', 64);
        string unsigned = text.Replace(text.Substring(start, zeros.Length), zeros, StringComparison.Ordinal);
        string checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(unsigned)));
        File.WriteAllText(manifest, unsigned.Replace(zeros, checksum, StringComparison.Ordinal));
    }

    private static async Task<string> HashAsync(string run) =>
        (await CliRun.OfAsync("inspect", run, "--json")).AssertDone().Json.GetProperty("parameterSha256")
            .GetString()!;

    private static void Truncate(string path)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(file.Length / 2);
    }

    private static void FlipBit(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(path, content);
    }

    private static void CopyDirectory(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private string Copy(string run)
    {
        string copy = _directory.File("copy");
        CopyDirectory(run, copy);
        return copy;
    }
}
