using AkkaLstm.Data;
using AkkaLstm.Engines.InProcess;
using AkkaLstm.Models.Formats;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Remote;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Remote;

/// <summary>Nodes that have nothing but what a coordinator offers.</summary>
public sealed class RemoteJobTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private PlanOptions TextPlan => new()
    {
        Data = _directory.Write(
            "text.TXT", string.Concat(Enumerable.Range(0, 90).Select(i => $"line {i * i % 97} of the text\n"))),
        Valid = _directory.Write("valid text", string.Concat(Enumerable.Range(0, 40).Select(i => $"line {i} of the text\n"))),
        Task = DataTask.CharLm,
        Hidden = 8,
        Layers = 2,
        Embedding = 5,
        Dropout = 0.3,
        Window = 6,
        Batch = 8,
        Shards = 4,
        Epochs = 2,
        Lr = 0.01,
    };

    private RunOptions Run(string name) => new()
    {
        OutputDirectory = _directory[name],
        Workers = 2,
        Servers = 2,
        Checkpoints = new CheckpointSchedule { EverySteps = 7 },
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenAsync_NodesOfATrainingRun_SameParametersAsInOneProcess(bool isText)
    {
        PlanOptions plan = isText ? TextPlan : new PlanOptions { Hidden = 6, Window = 12, Horizon = 3, Batch = 128, Shards = 4, Epochs = 2 };
        TrainingResult together = await TestRuns.TrainAsync(plan, Run("together"));

        TrainingResult apart = await TestRuns.TrainAsync(plan, Run("apart"), Remote());

        Assert.Equal(TrainingStatus.Completed, apart.Status);
        Assert.Equal(together.ParameterHash, apart.ParameterHash);
        Assert.Equal(together.ValidationLoss, apart.ValidationLoss);
        Assert.Equal(together.TestLoss, apart.TestLoss);
        string[] expected = isText ? ["text", "valid"] : [];
        Assert.Equal(expected.Length, Directory.GetFiles(_directory["cache"]).Length);
        Assert.Empty(Directory.GetDirectories(_directory["cache"]));
    }

    [Fact]
    public async Task OpenAsync_StoppedAndStartedAgain_FetchesTheCheckpointAndGivesTheSameParameters()
    {
        TrainingResult together = await TestRuns.TrainAsync(TextPlan, Run("together"));
        using var observer = new RecordingObserver(stopAfterStep: 5);
        var fetches = new List<FakeFetch>();
        var jobs = new List<JobDescription>();

        TrainingResult stopped = await RunOrResume(TextPlan, Run("apart"), Remote(fetches, jobs), observer, observer.Stop);
        TrainingResult apart = await RunOrResume(TextPlan, Run("apart"), Remote(fetches, jobs));

        Assert.Equal(TrainingStatus.Interrupted, stopped.Status);
        Assert.Equal(TrainingStatus.Completed, apart.Status);
        Assert.Equal(together.ParameterHash, apart.ParameterHash);
        Assert.Equal(jobs[0].RunId, jobs[1].RunId);
        Assert.Equal((1, 2), (jobs[0].Term, jobs[1].Term));
        Assert.Contains(fetches, fetch => fetch.Asked.Any(
            name => name.StartsWith("checkpoint/", StringComparison.Ordinal)
                && name.EndsWith("/parameters.safetensors", StringComparison.Ordinal)));
        Assert.Empty(Directory.GetDirectories(_directory["cache"])); // fetched checkpoints are not kept
    }

    [Fact]
    public async Task OpenAsync_CheckpointDamagedOnTheWay_GoesOnFromTheBeginning()
    {
        TrainingResult together = await TestRuns.TrainAsync(TextPlan, Run("together"));
        using var observer = new RecordingObserver(stopAfterStep: 5);
        await RunOrResume(TextPlan, Run("apart"), Remote(), observer, observer.Stop);
        static byte[] Flip(string name, byte[] content)
        {
            if (name.EndsWith("optimizer.safetensors", StringComparison.Ordinal)) content[^1] ^= 1;
            return content;
        }

        var second = new RecordingObserver();
        TrainingResult apart = await RunOrResume(
            TextPlan, Run("apart"), Remote(configure: fetch => fetch.Tamper = Flip), second);

        Assert.Equal(TrainingStatus.Completed, apart.Status);
        Assert.Equal(together.ParameterHash, apart.ParameterHash);
        Assert.Contains(second.Notices, notice => notice.Name == "checkpoint-lost");
    }

    [Fact]
    public async Task OpenAsync_ConnectionBreaksDuringARestore_IsTriedAgainAndNoCheckpointIsGivenUp()
    {
        using var observer = new RecordingObserver(stopAfterStep: 5);
        await RunOrResume(TextPlan, Run("apart"), Remote(), observer, observer.Stop);
        int breaks = 1;
        Exception? Break(string name) =>
            name.EndsWith("carry.safetensors", StringComparison.Ordinal) && Interlocked.Decrement(ref breaks) >= 0
                ? new IOException("the connection is gone")
                : null;

        var second = new RecordingObserver();
        TrainingResult apart = await RunOrResume(
            TextPlan, Run("apart"), Remote(configure: fetch => fetch.Break = Break), second);

        Assert.Equal(TrainingStatus.Completed, apart.Status);
        Assert.DoesNotContain(second.Notices, notice => notice.Name == "checkpoint-lost");
        Assert.Contains(second.Notices, notice => notice.Name == "node-failed");
    }

    [Fact]
    public async Task OpenAsync_PlanWithInitFrom_IsFetchedByServersOnly()
    {
        TrainingResult first = await TestRuns.TrainAsync(TextPlan with { Epochs = 1 }, Run("first"));
        string start = _directory["start.safetensors"];
        ModelFile.Open(first.LastCheckpoint!).Export(start);
        PlanOptions plan = TextPlan with { InitFrom = start, Seed = 5 };
        TrainingResult together = await TestRuns.TrainAsync(plan, Run("together"));
        var fetches = new List<FakeFetch>();

        TrainingResult apart = await TestRuns.TrainAsync(plan, Run("apart"), Remote(fetches));

        Assert.Equal(together.ParameterHash, apart.ParameterHash);
        bool IsAskedBy(FakeFetch fetch) => fetch.Asked.Contains($"file/{Hash(start)}");
        Assert.DoesNotContain(fetches[..2], IsAskedBy); // the workers
        Assert.Contains(fetches[2..], IsAskedBy);
    }

    [Fact]
    public async Task OpenAsync_InitFromReplacedAfterTheRunBegan_IsNotTrainedFrom()
    {
        TrainingResult first = await TestRuns.TrainAsync(TextPlan with { Epochs = 1 }, Run("first"));
        string start = _directory["start.safetensors"];
        ModelFile.Open(first.LastCheckpoint!).Export(start);
        PlanOptions plan = TextPlan with { InitFrom = start };

        byte[] other = File.ReadAllBytes(start);
        other[^1] ^= 1;

        TrainingResult result = await TestRuns.TrainAsync(
            plan, Run("apart"), Remote(configure: _ => File.WriteAllBytes(start, other)));

        Assert.NotEqual(TrainingStatus.Completed, result.Status);
        Assert.Contains("was changed after the job began", result.Reason, StringComparison.Ordinal);
        Assert.Null(result.LastCheckpoint);
    }

    [Fact]
    public async Task OpenAsync_InitFromGoneAfterACheckpoint_GoesOn()
    {
        TrainingResult first = await TestRuns.TrainAsync(TextPlan with { Epochs = 1 }, Run("first"));
        string start = _directory["start.safetensors"];
        ModelFile.Open(first.LastCheckpoint!).Export(start);
        PlanOptions plan = TextPlan with { InitFrom = start };
        TrainingResult together = await TestRuns.TrainAsync(plan, Run("together"));
        using var observer = new RecordingObserver(stopAfterStep: 5);
        await RunOrResume(plan, Run("apart"), Remote(), observer, observer.Stop);
        File.Delete(start);

        TrainingResult apart = await RunOrResume(plan, Run("apart"), Remote());

        Assert.Equal(TrainingStatus.Completed, apart.Status);
        Assert.Equal(together.ParameterHash, apart.ParameterHash);
    }

    [Fact]
    public async Task OpenAsync_FilesInTheCache_AreNotFetchedAgainUnlessDamaged()
    {
        OfferedFiles files = await OfferAsync(TextPlan);
        FakeFetch first = new(files), second = new(files), third = new(files);
        using (await RemoteJob.OpenAsync(first.FetchAsync, _directory["cache"])) { }

        using (await RemoteJob.OpenAsync(second.FetchAsync, _directory["cache"])) { }

        string cached = Directory.GetFiles(_directory["cache"], "*.txt").Single();
        byte[] content = File.ReadAllBytes(cached);
        content[10] ^= 1;
        File.WriteAllBytes(cached, content);
        using (await RemoteJob.OpenAsync(third.FetchAsync, _directory["cache"])) { }

        Assert.Equal(3, first.Asked.Count);
        Assert.Equal(["job"], second.Asked);
        Assert.Equal(["job", $"file/{Path.GetFileNameWithoutExtension(cached)}"], third.Asked);
        Assert.Equal(Path.GetFileNameWithoutExtension(cached), Hash(cached));
    }

    [Fact]
    public async Task OpenAsync_ManyAtOnceOnOneCache_AllGetTheJob()
    {
        OfferedFiles files = await OfferAsync(TextPlan);
        var fetch = new FakeFetch(files);

        RemoteJob[] jobs = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(() => RemoteJob.OpenAsync(fetch.FetchAsync, _directory["cache"]))));

        Assert.All(jobs, job => Assert.Equal(files.DataHash, job.DataHash));
        Assert.Equal(2, Directory.GetFileSystemEntries(_directory["cache"]).Length);
        foreach (RemoteJob job in jobs) job.Dispose();
    }

    [Fact]
    public async Task OpenAsync_Offer_CarriesIdentityAndDeadlines()
    {
        OfferedFiles files = await OfferAsync(TextPlan);
        var protocol = new ProtocolOptions
        {
            WorkerSilenceTimeout = TimeSpan.FromSeconds(7.25), OverdueFactor = 2.5, RestartBudget = 9,
        };

        using RemoteJob job = await RemoteJob.OpenAsync(new FakeFetch(files.With(protocol)).FetchAsync, _directory["cache"]);

        Assert.Equal(protocol, job.Protocol);
        Assert.Equal(files.PlanHash, job.PlanHash);
        Assert.Equal(files.DataHash, job.DataHash);
        Assert.Equal(32, job.RunId.Length);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("longer")]
    [InlineData("other bytes")]
    [InlineData("empty")]
    public async Task OpenAsync_WrongContent_IsRefusedAndNotKept(string how)
    {
        var fetch = new FakeFetch(await OfferAsync(TextPlan))
        {
            Tamper = (name, content) => name == "job" ? content : how switch
            {
                "truncated" => content[..^1],
                "longer" => [.. content, 0],
                "empty" => [],
                _ => [.. content.Select(b => (byte)(b ^ 1))],
            },
        };

        var e = await Assert.ThrowsAsync<BadInputException>(() => RemoteJob.OpenAsync(fetch.FetchAsync, _directory["cache"]));

        Assert.Contains("what came is not the file", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory["cache"]));
    }

    [Fact]
    public async Task OpenAsync_FileThatChangedOnTheCoordinatorsDisk_IsRefusedThere()
    {
        PlanOptions plan = TextPlan;
        OfferedFiles files = await OfferAsync(plan);
        files.Open("job").Dispose(); // hashes the files
        byte[] content = File.ReadAllBytes(plan.Data!);
        content[^5] ^= 1;
        File.WriteAllBytes(plan.Data!, content);

        var e = await Assert.ThrowsAsync<BadInputException>(
            () => RemoteJob.OpenAsync(new FakeFetch(files).FetchAsync, _directory["cache"]));

        Assert.Contains("was changed after the job began", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_FileThatChangedBeforeItWasHashed_IsFoundByTheDataHash()
    {
        PlanOptions plan = TextPlan;
        OfferedFiles files = await OfferAsync(plan);
        File.AppendAllText(plan.Data!, "more of it\n");

        var e = await Assert.ThrowsAsync<BadInputException>(
            () => RemoteJob.OpenAsync(new FakeFetch(files).FetchAsync, _directory["cache"]));

        Assert.Contains("its files were changed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_FileLargerThanTheCache_IsRefusedUnfetched()
    {
        var fetch = new FakeFetch(await OfferAsync(TextPlan));

        await Assert.ThrowsAsync<BadInputException>(
            () => RemoteJob.OpenAsync(fetch.FetchAsync, _directory["cache"], cacheBytes: 100));

        Assert.Equal(["job"], fetch.Asked);
    }

    private static string Hash(string path) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));

    private static Task<TrainingResult> RunOrResume(
        PlanOptions plan,
        RunOptions run,
        JobEngine engine,
        RecordingObserver? observer = null,
        CancellationToken stop = default) =>
        TrainingSession.RunOrResumeAsync(
            TrainingPlan.Resolve(plan), run, engine, observer ?? new RecordingObserver(), stop)
            .WaitAsync(TimeSpan.FromMinutes(2), CancellationToken.None);

    /// <summary>What a session offers, after a step.</summary>
    private async Task<OfferedFiles> OfferAsync(PlanOptions plan)
    {
        OfferedFiles? files = null;
        JobEngine engine = (job, stop) =>
        {
            files = job.Files;
            return TestRuns.Engine(job with { Description = job.Description with { StepLimit = 1 } }, stop);
        };
        await TestRuns.TrainAsync(plan, Run("offering"), engine);
        return files!;
    }

    /// <summary>
    /// An engine whose workers and servers have only what they fetch, and pass values on through the codecs.
    /// </summary>
    private JobEngine Remote(
        List<FakeFetch>? fetches = null, List<JobDescription>? jobs = null, Action<FakeFetch>? configure = null) =>
        async (job, stop) =>
        {
            var nodes = new Dictionary<NodeId, (IWorkExecutorFactory, IPayloadCodec)>
            {
                [NodeId.Coordinator] = (job.Executors, job.Codec),
            };
            jobs?.Add(job.Description);
            var opened = new List<RemoteJob>();
            IEnumerable<NodeId> ids =
            [
                .. Enumerable.Range(0, job.Options.Workers).Select(NodeId.Worker),
                .. Enumerable.Range(0, job.Options.Servers!.Value).Select(NodeId.Server),
            ];
            foreach (NodeId id in ids)
            {
                var fetch = new FakeFetch(job.Files!);
                fetches?.Add(fetch);
                configure?.Invoke(fetch);
                RemoteJob node = await RemoteJob.OpenAsync(fetch.FetchAsync, _directory["cache"], stop: CancellationToken.None);
                Assert.Equal(job.Description.RunId, node.RunId);
                opened.Add(node);
                nodes[id] = (node.Executors, node.Codec);
            }

            JobOutcome outcome = await InProcessEngine.RunAsync(
                job.Description,
                new TransferringExecutors(id => nodes[id]),
                job.Policy,
                new EngineOptions { WorkerCount = job.Options.Workers, ServerCount = job.Options.Servers!.Value },
                job.Events,
                stop);
            opened.ForEach(node => node.Dispose());
            opened.ForEach(node => node.Dispose()); // as a node does whose coordinator goes while it opens the next job
            return outcome;
        };
}
