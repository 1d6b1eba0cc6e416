using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Sessions;

/// <summary>A run goes on with the files that it began with, or not at all.</summary>
public sealed class ChangedFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private PlanOptions Plan => new()
    {
        Data = _directory["data.csv"], Hidden = 4, Window = 6, Horizon = 1, Batch = 32, Epochs = 2,
    };

    private RunOptions Run(string name) => new() { OutputDirectory = _directory[name] };

    [Fact]
    public async Task ResumeAsync_DataChangedBeforeTheFirstCheckpoint_IsRefused()
    {
        WriteData(i => i % 7);
        await TestRuns.TrainAsync(Plan, Run("run"));
        RemoveCheckpoints("run");
        WriteData(i => i % 5);

        string message = await RefusedAsync("run");

        Assert.StartsWith(_directory["data.csv"] + ": was changed after the run began (hash ", message, StringComparison.Ordinal);
        Assert.Contains($"in job.json {Resolved("run")["dataHash"]!.GetValue<string>()[..12]}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumeAsync_JobFileWithoutHashOfTheData_GoesOn()
    {
        WriteData(i => i % 7);
        TrainingResult whole = await TestRuns.TrainAsync(Plan, Run("run"));
        RemoveCheckpoints("run");
        ChangeResolved("run", resolved => resolved.Remove("dataHash"));

        TrainingResult result = await TestRuns.ResumeAsync(_directory["run"], new RunOptions());

        Assert.Equal(whole.ParameterHash, result.ParameterHash);
    }

    [Fact]
    public async Task RunAsync_InitFrom_IsInTheJobFileByItsContent()
    {
        string start = await StartAsync();
        await TestRuns.TrainAsync(Plan with { InitFrom = start }, Run("run"));

        JsonNode file = Resolved("run")["initFrom"]!;

        Assert.Equal(new FileInfo(start).Length, file["bytes"]!.GetValue<long>());
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(start))), file["sha256"]!.GetValue<string>());
    }

    [Fact]
    public async Task ResumeAsync_InitFromReplacedBeforeTheFirstCheckpoint_IsRefused()
    {
        string start = await StartAsync();
        await TestRuns.TrainAsync(Plan with { InitFrom = start }, Run("run"));
        RemoveCheckpoints("run");
        TrainingResult other = await TestRuns.TrainAsync(Plan with { Seed = 3 }, Run("other"));
        ModelFile.Open(other.RunDirectory).Export(start);

        string message = await RefusedAsync("run");

        Assert.StartsWith(start + ": was changed after the run began (hash ", message, StringComparison.Ordinal);
        Assert.Contains(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(start)))[..12], message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumeAsync_InitFromGoneBeforeTheFirstCheckpoint_IsRefused()
    {
        string start = await StartAsync();
        await TestRuns.TrainAsync(Plan with { InitFrom = start }, Run("run"));
        RemoveCheckpoints("run");
        File.Delete(start);

        Assert.StartsWith(start, await RefusedAsync("run"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumeAsync_InitFromGoneAfterACheckpoint_GoesOn()
    {
        string start = await StartAsync();
        PlanOptions plan = Plan with { InitFrom = start };
        TrainingResult whole = await TestRuns.TrainAsync(plan with { Epochs = 4 }, Run("whole"));
        await TestRuns.TrainAsync(plan, Run("run"));
        File.Delete(start);

        TrainingResult result = await TestRuns.ResumeAsync(_directory["run"], new RunOptions { Epochs = 4 });

        Assert.Equal(TrainingStatus.Completed, result.Status);
        Assert.Equal(whole.ParameterHash, result.ParameterHash);
    }

    [Fact]
    public async Task ResumeAsync_JobFileOfBeforeInitFromWasInIt_GoesOn()
    {
        string start = await StartAsync();
        TrainingResult whole = await TestRuns.TrainAsync(Plan with { InitFrom = start }, Run("run"));
        RemoveCheckpoints("run");
        ChangeResolved("run", resolved => resolved.Remove("initFrom"));

        TrainingResult result = await TestRuns.ResumeAsync(_directory["run"], new RunOptions());

        Assert.Equal(whole.ParameterHash, result.ParameterHash);
    }

    [Fact]
    public async Task Prepare_DataChanged_IsRefused()
    {
        WriteData(i => i % 7);
        await TestRuns.TrainAsync(Plan, Run("run"));
        WriteData(i => i % 5);

        var e = Assert.Throws<BadInputException>(() => TrainingSession.Prepare(TrainingPlan.Resolve(Plan), Run("run")));

        Assert.Contains("was changed after the run began", e.Message, StringComparison.Ordinal);
    }

    /// <summary>The message of a resume that is refused before anything runs.</summary>
    private async Task<string> RefusedAsync(string run)
    {
        string[] before = Directory.GetFileSystemEntries(_directory[run], "*", SearchOption.AllDirectories);
        string identity = File.ReadAllText(Path.Combine(_directory[run], "run.json"));
        JobEngine none = (_, _) => throw new InvalidOperationException("nothing may run");

        var e = await Assert.ThrowsAsync<BadInputException>(
            () => TestRuns.ResumeAsync(_directory[run], new RunOptions(), none));

        Assert.Equal(before, Directory.GetFileSystemEntries(_directory[run], "*", SearchOption.AllDirectories));
        Assert.Equal(identity, File.ReadAllText(Path.Combine(_directory[run], "run.json")));
        Assert.DoesNotContain('\n', e.Message);
        return e.Message;
    }

    private void WriteData(Func<int, int> value) => _directory.Write(
        "data.csv", "x\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{value(i)}\n")));

    /// <summary>Makes the data and a model to start from.</summary>
    private async Task<string> StartAsync()
    {
        WriteData(i => i % 7);
        TrainingResult first = await TestRuns.TrainAsync(Plan with { Seed = 2, Epochs = 1 }, Run("first"));
        string start = _directory["start.safetensors"];
        ModelFile.Open(first.RunDirectory).Export(start);
        return start;
    }

    /// <summary>As if the run had been killed before its first one.</summary>
    private void RemoveCheckpoints(string run)
    {
        foreach (string checkpoint in Directory.GetDirectories(Path.Combine(_directory[run], "checkpoints")))
            Directory.Delete(checkpoint, recursive: true);
    }

    private JsonObject Resolved(string run) => Job(run)["resolved"]!.AsObject();

    private void ChangeResolved(string run, Func<JsonObject, bool> change)
    {
        JsonNode job = Job(run);
        Assert.True(change(job["resolved"]!.AsObject()));
        File.WriteAllText(Path.Combine(_directory[run], "job.json"), job.ToJsonString());
    }

    private JsonNode Job(string run) => JsonNode.Parse(File.ReadAllText(Path.Combine(_directory[run], "job.json")))!;
}
