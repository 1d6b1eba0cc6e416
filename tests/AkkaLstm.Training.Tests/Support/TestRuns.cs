using AkkaLstm.Engines.InProcess;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Training.Tests.Support;

/// <summary>Trains small plans on the InProcess engine.</summary>
internal static class TestRuns
{
    /// <summary>Far more than any of these runs takes; a hang becomes a failed test.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static JobEngine Engine { get; } = EngineWith(executors => executors);

    /// <summary>An engine that runs other executors than those it is given.</summary>
    public static JobEngine EngineWith(Func<IWorkExecutorFactory, IWorkExecutorFactory> wrap) =>
        (job, stop) => InProcessEngine.RunAsync(
            job.Description,
            wrap(job.Executors),
            job.Policy,
            new EngineOptions { WorkerCount = job.Options.Workers, ServerCount = job.Options.Servers!.Value },
            job.Events,
            stop);

    public static Task<TrainingResult> TrainAsync(
        PlanOptions plan, RunOptions run, JobEngine? engine = null, RecordingObserver? observer = null, CancellationToken stop = default) =>
        TrainingSession.RunAsync(
            TrainingPlan.Resolve(plan),
            run,
            engine ?? Engine,
            observer ?? new RecordingObserver(),
            stop).WaitAsync(Deadline, CancellationToken.None);

    public static Task<TrainingResult> ResumeAsync(
        string directory, RunOptions run, JobEngine? engine = null, RecordingObserver? observer = null, CancellationToken stop = default) =>
        TrainingSession.ResumeAsync(
            directory,
            run,
            engine ?? Engine,
            observer ?? new RecordingObserver(),
            stop).WaitAsync(Deadline, CancellationToken.None);
}

/// <summary>Keeps what a run reports; can ask it to stop after a step.</summary>
internal sealed class RecordingObserver(long? stopAfterStep = null) : ITrainingObserver, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public TrainingStarted? Started { get; private set; }

    public List<StepReport> Steps { get; } = [];

    public List<EpochReport> Epochs { get; } = [];

    public List<ScalingForecast> Forecasts { get; } = [];

    public List<RunNotice> Notices { get; } = [];

    /// <summary>Cancelled after the step it was made with.</summary>
    public CancellationToken Stop => _stop.Token;

    public void OnStarted(TrainingStarted started) => Started = started;

    public void OnStep(StepReport step)
    {
        Steps.Add(step);
        if (step.Step == stopAfterStep) _stop.Cancel();
    }

    public void OnEpoch(EpochReport epoch) => Epochs.Add(epoch);

    public void OnForecast(ScalingForecast forecast) => Forecasts.Add(forecast);

    public void OnNotice(RunNotice notice)
    {
        lock (Notices) Notices.Add(notice);
    }

    public void Dispose() => _stop.Dispose();
}

/// <summary>Executors that throw at chosen calls.</summary>
internal sealed class FaultyExecutors(
    IWorkExecutorFactory inner, Func<NodeId, int, WorkOrder, bool> mustFail) : IWorkExecutorFactory
{
    public IWorkExecutor Create(NodeId node, int incarnation) =>
        new Faulty(inner.Create(node, incarnation), order => mustFail(node, incarnation, order));

    private sealed class Faulty(IWorkExecutor inner, Func<WorkOrder, bool> mustFail) : IWorkExecutor
    {
        public WorkResult Execute(WorkOrder order) => mustFail(order)
            ? throw new InvalidOperationException("planted")
            : inner.Execute(order);

        public void Dispose() => inner.Dispose();
    }
}
