using System.Diagnostics;
using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Execution.Payloads;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Policies;
using AkkaLstm.Training.Remote;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>Trains models: the one entry for the command line and for programs that embed training.</summary>
public static class TrainingSession
{
    /// <summary>Trains a plan from its beginning in a new run directory.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="options">How this process runs it.</param>
    /// <param name="engine">Runs the job on actors.</param>
    /// <param name="observer">Hears of progress.</param>
    /// <param name="stop">Finishes the step, writes a checkpoint and ends with
    /// <see cref="TrainingStatus.Interrupted"/>.</param>
    /// <exception cref="BadInputException">Data or options cannot be used; nothing was trained.</exception>
    /// <exception cref="StorageException">The disk failed before training began; later failures are in the
    /// result.</exception>
    public static async Task<TrainingResult> RunAsync(
        TrainingPlan plan, RunOptions options, JobEngine engine, ITrainingObserver observer, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        options.Validate();
        DataSet data = DataSets.Open(plan.ToDataOptions());
        InitialState initial = InitialState.Of(plan, plan.ToModelSpec(data.Shape));
        var job = new RunJob(plan, data.Hash, initial.File);
        using RunDirectory directory = RunDirectory.Create(options.OutputDirectory, plan);
        directory.WriteJob(job);
        return await TrainAsync(new Session(job, data, initial, directory, options, engine, observer, start), stop);
    }

    /// <summary>Goes on from the newest whole checkpoint of a run; without one, from the beginning.</summary>
    /// <param name="runDirectory">The run directory.</param>
    /// <param name="options">How this process runs it; its epochs, if set, replace the plan's.</param>
    /// <exception cref="BadInputException">As <see cref="RunAsync"/>; also where data, or a file that the run still has to
    /// start from, are not what they were when it began, or where a checkpoint is of another format.</exception>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task<TrainingResult> ResumeAsync(
        string runDirectory, RunOptions options, JobEngine engine, ITrainingObserver observer, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        options.Validate();
        using RunDirectory directory = RunDirectory.Open(runDirectory);
        RunJob job = RunDirectory.ReadJob(directory.FullPath);
        DataSet data = OpenData(job);
        InitialState initial = InitialState.OfEarlier(job.Plan, job.Plan.ToModelSpec(data.Shape), job.InitFrom);
        return await TrainAsync(new Session(job, data, initial, directory, options, engine, observer, start), stop);
    }

    /// <summary>
    /// Trains a plan in the directory of the options, from its beginning or from where an earlier call left it: for a
    /// process that may be started again at any time with the same command line.
    /// </summary>
    /// <exception cref="BadInputException">As <see cref="RunAsync"/>; also where there is no directory, or one with a run
    /// of another plan: the message names the difference.</exception>
    /// <inheritdoc cref="RunAsync"/>
    public static Task<TrainingResult> RunOrResumeAsync(
        TrainingPlan plan, RunOptions options, JobEngine engine, ITrainingObserver observer, CancellationToken stop)
    {
        string directory = DirectoryOf(plan, options);
        return RunDirectory.IsRun(directory)
            ? ResumeAsync(directory, options, engine, observer, stop)
            : RunAsync(plan, options, engine, observer, stop);
    }

    /// <summary>
    /// Opens what <see cref="RunOrResumeAsync"/> will need, so that a process that stands by fails at its start and not when
    /// it is needed. Takes nothing for this process and writes nothing: another one may be training.
    /// </summary>
    /// <param name="plan">What to train.</param>
    /// <param name="options">How this process would run it.</param>
    /// <returns>Says, whenever it is asked, whether nothing is left to do.</returns>
    /// <exception cref="BadInputException">As <see cref="RunOrResumeAsync"/>.</exception>
    public static Func<bool> Prepare(TrainingPlan plan, RunOptions options)
    {
        options.Validate();
        string directory = DirectoryOf(plan, options);
        DataSet data = RunDirectory.IsRun(directory)
            ? OpenData(RunDirectory.ReadJob(directory))
            : DataSets.Open(plan.ToDataOptions());
        JobDescription job = Describe(plan, options, data.Source(DataSplit.Train).StepsPerEpoch, runId: "not-known-yet");
        string checkpoints = Path.Combine(directory, RunDirectory.CheckpointsName);
        return () => CheckpointReader.FindNewest(checkpoints, _ => { }) is { Manifest.Progress: var progress }
            && job.IsCompleteAt(progress);
    }

    private static async Task<TrainingResult> TrainAsync(Session session, CancellationToken stop)
    {
        TrainingPlan plan = session.Plan;
        DataSet data = session.Data;
        RunDirectory directory = session.Directory;
        RunOptions options = session.Options;
        ModelSpec spec = plan.ToModelSpec(data.Shape);
        var findings = new List<RunNotice>();
        Action<RunNotice> note = findings.Add; // until there is somebody to tell
        var card = new ModelCard(plan, data.Hash, spec, data.Artifacts);
        var store = new CheckpointStore(
            directory.CheckpointsPath, card, plan.ToOptimizerSpec().MomentNames, notice => note(notice));
        (string Name, CheckpointManifest Manifest)? from = store.FindNewest();
        JobProgress progress = from?.Manifest.Progress ?? JobProgress.Initial;
        if (from is null) session.Initial.Open();
        RunIdentity identity = RunIdentity.CountStart(directory.FullPath, note);

        var context = new JobContext(plan, data, new LocalStates(store, session.Initial));
        int stepsPerEpoch = context.Train.StepsPerEpoch;
        var policy = new JobPolicy(plan, stepsPerEpoch);
        using var stopOrFailure = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var recorder = new RunRecorder(
            directory,
            policy,
            session.Observer,
            new StepForecaster(plan.Batch, plan.Shards, options.Workers),
            RightAnswers.AreCounted(spec, context.Validation),
            options.MetricsEverySteps,
            progress,
            stopOrFailure.Cancel);
        note = recorder.Note;
        findings.ForEach(note);

        JobDescription job = Describe(plan, options, stepsPerEpoch, identity.RunId) with
        {
            Term = identity.Starts,
            ValidationShardCount = context.Validation is null ? 0 : plan.Shards,
            Start = progress,
            RestoreFrom = from?.Name,
        };
        session.Observer.OnStarted(new TrainingStarted(
            directory.FullPath,
            plan,
            context.Layout.TotalLength,
            stepsPerEpoch,
            job.EpochCount,
            progress.Step,
            from is { Name: var name } ? store.PathOf(name) : null,
            data.Notes));
        options = options with { Servers = options.ServersFor(context.Layout.TotalLength) };
        JobOutcome outcome = await session.Engine(
            new EngineJob(
                job,
                new MathExecutorFactory(context, store),
                new PayloadCodec(context, keepsCarries: true),
                policy,
                recorder,
                options,
                new OfferedFiles(plan, data.Hash, session.Initial.File, identity.RunId, store)),
            stopOrFailure.Token);
        return SessionEnd.Summarise(session, store, spec, policy, recorder, outcome);
    }

    /// <summary>The data of a run, which are those that it began with.</summary>
    private static DataSet OpenData(RunJob job)
    {
        DataSet data = DataSets.Open(job.Plan.ToDataOptions());
        job.RequireData(data.Hash);
        return data;
    }

    private static JobDescription Describe(TrainingPlan plan, RunOptions options, int stepsPerEpoch, string runId) => new()
    {
        RunId = runId,
        ShardCount = plan.Shards,
        StepsPerEpoch = stepsPerEpoch,
        EpochCount = options.Epochs ?? plan.Epochs,
        StepLimit = plan.Steps,
        Checkpoints = options.Checkpoints,
    };

    /// <summary>The directory of the options, which holds no run or one of this plan.</summary>
    private static string DirectoryOf(TrainingPlan plan, RunOptions options)
    {
        string directory = options.OutputDirectory ?? throw new BadInputException(
            "--out: is missing; say in which directory the run is to go on when it is started again");
        return RunDirectory.IsRun(directory)
            && PlanDifference.Find(RunDirectory.ReadJob(directory).Plan, plan) is { } difference
            ? throw new BadInputException($"{directory}: holds the run of another plan: {difference}; choose another --out")
            : directory;
    }
}
