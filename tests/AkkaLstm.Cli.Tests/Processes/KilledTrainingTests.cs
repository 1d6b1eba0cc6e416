using System.Globalization;
using System.Runtime.Intrinsics.X86;
using Xunit.Abstractions;

namespace AkkaLstm.Cli.Tests.Processes;

/// <summary>
/// Training in processes that are killed, signalled, or run on other vector widths: always the same bits.
/// </summary>
public sealed class KilledTrainingTests(ITestOutputHelper output) : IDisposable
{
    // Steps take about two milliseconds: a second or two for a run that is to end, no end in sight for one that
    // is to be stopped.
    private const int EpochCount = 60;
    private const int EndlessEpochCount = 1_000_000;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Train_KilledThreeTimesAndResumedWithOtherCounts_EndsWithTheSameBits()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed} decides on the instants of the kills");
        var random = new Random(seed);
        (await CliRun.OfAsync([.. TrainLine("whole"), "--quiet"])).AssertDone();

        string cut = _directory.File("cut");
        await KillAsync(
            [.. TrainLine("cut"), "--workers", "2", "--servers", "2"], cut, random.Next(0, 150), random);
        await KillAsync(
            ["resume", cut, "--workers", "1", "--servers", "3", "--checkpoint-every", "5"], cut,
            random.Next(200, 350), random);
        await KillAsync(
            ["resume", cut, "--workers", "3", "--servers", "1", "--checkpoint-every", "5"], cut,
            random.Next(400, 550), random);
        (await CliRun.OfAsync("resume", cut, "--workers", "2", "--servers", "1", "--quiet")).AssertDone();

        Assert.Equal(await HashAsync("whole"), await HashAsync("cut"));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Train_Signal_WritesACheckpointExitsWith130AndNamesTheResumeCommand(string signal)
    {
        string run = _directory.File("cut");
        using ChildProcess process = ChildProcess.Start(TrainLine("cut", EndlessEpochCount));
        await process.UntilAsync(() => NewestStep(run) > 0, "checkpoint");

        process.Signal(signal);
        CliRun ended = await process.EndAsync();

        Assert.Equal(CliRun.ExitCodes.Interrupted, ended.ExitCode);
        Assert.Contains($"resume {run}", ended.ErrorLines[^1], StringComparison.Ordinal);
        long stopped = long.Parse(
            ended.ErrorLines[^1].Split("after step ")[1].Split(';')[0], CultureInfo.InvariantCulture);
        Assert.Equal(stopped, NewestStep(run));
    }

    [Theory]
    [InlineData("--epochs 60 --steps 60")]
    [InlineData("--cell esn --ridge 0.01")]
    public async Task Train_OtherVectorWidths_GiveTheSameBits(string options)
    {
        (await ChildProcess.RunAsync(Line("widest"))).AssertDone();
        string widest = await HashAsync("widest");
        HashSet<string> paths = [await PathAsync()];

        foreach (string runtimeSwitch in new[] { "EnableAVX512=0", "EnableAVX2=0" })
        {
            string path = await PathAsync(runtimeSwitch);
            output.WriteLine($"{runtimeSwitch}: {path}");
            paths.Add(path);
            string name = runtimeSwitch.Split('=')[0];
            (await ChildProcess.RunAsync(Line(name), runtimeSwitch)).AssertDone();
            Assert.Equal(widest, await HashAsync(name));
        }

        // Each switch must really have changed the path, or equal hashes would say nothing.
        Assert.Equal(Avx512F.IsSupported ? 3 : Avx2.IsSupported ? 2 : 1, paths.Count);
        Assert.Contains("portable", paths);

        string[] Line(string name) => [.. JobLine(name), .. options.Split(' '), "--quiet"];
    }

    [MountFact]
    public async Task Train_FullDisk_FailsWithOneLineAndGoesOnWhenThereIsSpace()
    {
        string mount = Directory.CreateDirectory(_directory.File("disk")).FullName;
        string run = Path.Combine(mount, "run");
        string csv = Data();
        string job = $"--data {csv} --hidden 64 --targets load --window 12 --batch 16 --epochs 3";
        using ChildProcess process = ChildProcess.StartScript(MountFactAttribute.Shell, $"""
            mount -t tmpfs -o size=350k tmpfs {mount} || exit 99
            $akkalstm train {job} --out {run} --quiet 2>{_directory.File("stderr")}
            echo failed $?
            mount -o remount,size=10m {mount}
            $akkalstm inspect {run} --json > {_directory.File("kept.json")}
            echo kept $?
            $akkalstm resume {run} --quiet > /dev/null
            echo resumed $?
            $akkalstm inspect {run} --json > {_directory.File("resumed.json")}
            """);
        CliRun script = await process.EndAsync();
        (await CliRun.OfAsync(["train", .. job.Split(' '), "--out", _directory.File("whole"), "--quiet"]))
            .AssertDone();

        Assert.Contains("failed 1\nkept 0\nresumed 0\n", script.Out, StringComparison.Ordinal);
        string line = Assert.Single(File.ReadAllLines(_directory.File("stderr")));
        Assert.Contains("cannot be written (No space left on device", line, StringComparison.Ordinal);
        Assert.Contains("free space", line, StringComparison.Ordinal);
        Assert.Contains(
            await HashAsync("whole"), File.ReadAllText(_directory.File("resumed.json")),
            StringComparison.Ordinal);
    }

    private static async Task<string> PathAsync(params string[] runtimeSwitches)
    {
        CliRun run = await ChildProcess.RunAsync(
            ["bench", "--sections", "fma", "--repetitions", "1", "--json"], runtimeSwitches);
        return run.AssertDone().Json.GetProperty("simdPath").GetString()!;
    }

    /// <summary>
    /// Runs the line until the run's newest checkpoint has the given step (0: until the run begins), then kills
    /// it.
    /// </summary>
    private async Task KillAsync(IEnumerable<string> line, string run, int step, Random random)
    {
        using ChildProcess process = ChildProcess.Start(line);
        await process.UntilAsync(
            () => step == 0 ? File.Exists(Path.Combine(run, "job.json")) : NewestStep(run) >= step,
            $"checkpoint of step {step}");

        // A little later, so that a checkpoint or a step may be half done.
        await Task.Delay(random.Next(0, 20));
        await process.KillAsync();
        output.WriteLine($"killed after step {NewestStep(run)}");
    }

    private static long NewestStep(string run)
    {
        string checkpoints = Path.Combine(run, "checkpoints");
        return !Directory.Exists(checkpoints) ? -1 : Directory.GetDirectories(checkpoints, "step-*")
            .Select(path => long.Parse(Path.GetFileName(path)["step-".Length..], CultureInfo.InvariantCulture))
                .DefaultIfEmpty(-1).Max();
    }

    private string Data() => _directory.Write("load.csv", Samples.Csv());

    private string[] TrainLine(string name, int epochs = EpochCount) => [.. JobLine(name), "--epochs", $"{epochs}"];

    private string[] JobLine(string name) =>
    [
        "train", "--data", Data(), "--out", _directory.File(name), "--targets", "load", "--window", "12",
        "--batch", "16", "--hidden", "24", "--horizon", "4", "--patience", "0", "--checkpoint-every", "5",
    ];

    private async Task<string> HashAsync(string name) =>
        (await CliRun.OfAsync("inspect", _directory.File(name), "--json")).AssertDone().Json
            .GetProperty("parameterSha256").GetString()!;
}
