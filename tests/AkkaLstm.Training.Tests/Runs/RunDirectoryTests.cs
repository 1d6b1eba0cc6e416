using AkkaLstm.Numerics;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Runs;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TrainingPlan _plan = Fixtures.SmallPlan();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void WriteJob_ThenReadJob_GivesTheSame()
    {
        using RunDirectory run = RunDirectory.Create(_directory["run"], _plan);
        var job = new RunJob(_plan, "data hash", new CheckpointFile(123, "file hash"));
        run.WriteJob(job);

        RunJob read = RunDirectory.ReadJob(run.FullPath);

        Assert.Equal(_plan.Hash, read.Plan.Hash);
        Assert.Equal(_plan.Options, read.Plan.Options);
        Assert.Equal((job.DataHash, job.InitFrom), (read.DataHash, read.InitFrom));
        Assert.Equal(_plan.Hash, TrainingPlan.Resolve(JobFile.Read(run.JobPath)).Hash); // a job file for train, too
    }

    [Fact]
    public void ReadJob_ChangedJob_IsRefused()
    {
        using RunDirectory run = RunDirectory.Create(_directory["run"], _plan);
        run.WriteJob(new RunJob(_plan, "data hash", InitFrom: null));
        File.WriteAllText(
            run.JobPath,
            File.ReadAllText(run.JobPath).Replace("\"hidden\": 3", "\"hidden\": 4", StringComparison.Ordinal));

        var e = Assert.Throws<BadInputException>(() => RunDirectory.ReadJob(run.FullPath));

        Assert.Contains("the plan was changed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadJob_CommentAndCommaOfAnEditor_GivesTheSamePlan()
    {
        using RunDirectory run = RunDirectory.Create(_directory["run"], _plan);
        run.WriteJob(new RunJob(_plan, "data hash", InitFrom: null));
        string json = File.ReadAllText(run.JobPath);
        File.WriteAllText(run.JobPath, "\ufeff// the one that worked\n" + json.Insert(json.LastIndexOf('}'), ","));

        RunJob read = RunDirectory.ReadJob(run.FullPath);

        Assert.Equal((_plan.Hash, "data hash"), (read.Plan.Hash, read.DataHash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{ \"resolved\": 3 }")]
    [InlineData("{ \"resolved\": { \"planHash\": \"\\ud800\" } }")]
    [InlineData("{ \"resolved\": { \"planHash\": 3 } }")]
    public void ReadJob_DamagedJob_IsBadInput(string content)
    {
        string job = _directory.Write("job.json", content);

        var e = Assert.Throws<BadInputException>(() => RunDirectory.ReadJob(_directory.FullPath));

        Assert.StartsWith(job, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_NonEmptyDirectory_IsRefused()
    {
        _directory.Write("something", "");

        var e = Assert.Throws<BadInputException>(() => RunDirectory.Create(_directory.FullPath, _plan));

        Assert.Contains("is not empty", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_DirectoryOfARun_SaysToResume()
    {
        using (RunDirectory run = RunDirectory.Create(_directory["run"], _plan)) run.WriteJob(new RunJob(_plan, "", InitFrom: null));

        var e = Assert.Throws<BadInputException>(() => RunDirectory.Create(_directory["run"], _plan));

        Assert.Contains("already holds a run; resume it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_BelowAFile_IsBadInputThatNamesTheOption()
    {
        string file = _directory.Write("file", "");

        var e = Assert.Throws<BadInputException>(() => RunDirectory.Create(Path.Combine(file, "run"), _plan));

        Assert.Contains("--out", e.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be written", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Open_HeldByAnother_IsRefusedUntilItLetsGo()
    {
        RunDirectory first = RunDirectory.Create(_directory["run"], _plan);
        first.WriteJob(new RunJob(_plan, "", InitFrom: null));

        var e = Assert.Throws<RunInUseException>(() => RunDirectory.Open(_directory["run"]));
        Assert.Contains("another process is training in it", e.Message, StringComparison.Ordinal);

        first.Dispose();
        RunDirectory.Open(_directory["run"]).Dispose();
    }

    [Fact]
    public void Open_NoRun_IsBadInput()
    {
        var e = Assert.Throws<BadInputException>(() => RunDirectory.Open(_directory.FullPath));

        Assert.Contains("is not a run directory", e.Message, StringComparison.Ordinal);
    }
}
