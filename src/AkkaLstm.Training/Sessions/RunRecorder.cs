using System.Text.Json;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Policies;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Sessions;

/// <summary>
/// Writes a run's metrics and events to its directory and passes progress on to the observer. A disk that fails
/// here must not bring the actors down: it is kept as <see cref="Failure"/>, and the run is asked to stop.
/// </summary>
internal sealed class RunRecorder : IEventSink, IDisposable
{
    private readonly LineLog _metrics;
    private readonly LineLog _events;
    private readonly JobPolicy _policy;
    private readonly ITrainingObserver _observer;
    private readonly StepForecaster _forecaster;
    private readonly bool _isClassification;
    private readonly int _metricsEverySteps;
    private readonly Action _stopRun;
    private readonly string _checkpointsPath;
    private readonly SortedDictionary<int, WorkerTiming> _workers = [];
    private long _recordedSteps;
    private int _recordedEpochs;

    /// <summary>Opens the logs.</summary>
    /// <param name="directory">The run directory.</param>
    /// <param name="policy">For the scale of gradients.</param>
    /// <param name="observer">Hears of progress.</param>
    /// <param name="forecaster">Forecasts from the steps.</param>
    /// <param name="isClassification">Whether the losses count right answers.</param>
    /// <param name="metricsEverySteps">Steps between two lines of metrics; 0 for epochs only.</param>
    /// <param name="start">Where the run goes on: metrics of later steps and epochs are removed, they will be written
    /// again.</param>
    /// <param name="stopRun">Asks the run to stop.</param>
    public RunRecorder(
        RunDirectory directory,
        JobPolicy policy,
        ITrainingObserver observer,
        StepForecaster forecaster,
        bool isClassification,
        int metricsEverySteps,
        JobProgress start,
        Action stopRun)
    {
        _isClassification = isClassification;
        _policy = policy;
        _observer = observer;
        _forecaster = forecaster;
        _metricsEverySteps = metricsEverySteps;
        _stopRun = stopRun;
        _checkpointsPath = directory.CheckpointsPath;
        (_recordedSteps, _recordedEpochs) = (start.Step, start.Epoch);
        _metrics = LineLog.Open(directory.MetricsPath, line => IsBefore(start, line));
        _events = LineLog.Open(directory.EventsPath);
    }

    /// <summary>The first failure of the disk; null where there was none.</summary>
    public StorageException? Failure { get; private set; }

    /// <summary>Counted elements of the steps that were recorded.</summary>
    public long TargetCount { get; private set; }

    /// <summary>Time the recorded steps took, from assignment to the last server's answer.</summary>
    public TimeSpan StepTime { get; private set; }

    /// <summary>What the workers did in the recorded steps, in order of index.</summary>
    public IReadOnlyList<WorkerTiming> Workers => [.. _workers.Values];

    /// <summary>What the steps let expect of other numbers of workers; null while there were too few.</summary>
    public ScalingForecast? Forecast { get; private set; }

    /// <inheritdoc/>
    public void Record(TimeSpan now, NodeId source, JobEvent what)
    {
        switch (what)
        {
            case StepClosed step: OnStep(now, step); break;
            case EpochClosed epoch: OnEpoch(now, epoch); break;
            default: OnOther(now, source, what); break;
        }
    }

    /// <summary>Records something that no role noticed.</summary>
    public void Note(RunNotice notice)
    {
        Write(_events, writer =>
        {
            writer.WriteString("event", notice.Name);
            writer.WriteString("level", ChoiceName(notice.Level));
            writer.WriteString("text", notice.Text);
        });
        _observer.OnNotice(notice);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Dispose();
        _events.Dispose();
    }

    private void OnStep(TimeSpan now, StepClosed closed)
    {
        long step = closed.Fence.Step + 1;
        if (step <= _recordedSteps) return; // a step that closes again after a restart has the same numbers
        _recordedSteps = step;
        TargetCount += closed.Loss.Count;
        StepTime += closed.Duration;
        foreach (WorkerTiming timing in closed.Workers)
            Add(timing);
        var report = new StepReport(
            step,
            closed.Epoch,
            closed.StepInEpoch,
            closed.Loss.Mean,
            closed.Loss.Count,
            closed.Decision.LearningRate,
            closed.GradientNorm * _policy.ScaleOf(closed.Loss),
            now,
            closed.Duration,
            closed.Workers);
        if (_metricsEverySteps > 0 && step % _metricsEverySteps == 0)
        {
            Write(_metrics, writer =>
            {
                writer.WriteString("type", "step");
                writer.WriteNumber("step", report.Step);
                writer.WriteNumber("epoch", report.Epoch);
                writer.WriteNumber("loss", report.Loss);
                writer.WriteNumber("count", report.Count);
                writer.WriteNumber("learningRate", report.LearningRate);
                writer.WriteNumber("gradientNorm", report.GradientNorm);
                writer.WriteNumber("stepMs", closed.Duration.TotalMilliseconds);
            });
        }

        _observer.OnStep(report);
        if (_forecaster.OnStep(report) is { } forecast)
        {
            Forecast = forecast;
            _observer.OnForecast(forecast);
        }
    }

    private void OnEpoch(TimeSpan now, EpochClosed closed)
    {
        if (closed.Epoch < _recordedEpochs) return;
        _recordedEpochs = closed.Epoch + 1;
        LossTotal? validation = closed.Validation;
        var report = new EpochReport(
            closed.Epoch,
            closed.Fence.Step,
            closed.Training.Mean,
            validation?.Mean,
            validation is { } total && _isClassification ? (double)total.Correct / total.Count : null,
            closed.Decision.IsBest,
            now);
        Write(_metrics, writer =>
        {
            writer.WriteString("type", "epoch");
            writer.WriteNumber("step", report.Step);
            writer.WriteNumber("epoch", report.Epoch);
            writer.WriteNumber("trainingLoss", report.TrainingLoss);
            if (report.ValidationLoss is { } loss && double.IsFinite(loss))
                writer.WriteNumber("validationLoss", loss);
            if (report.ValidationAccuracy is { } accuracy) writer.WriteNumber("validationAccuracy", accuracy);
            writer.WriteBoolean("isBest", report.IsBest);
            writer.WriteNumber("elapsedSeconds", now.TotalSeconds);
            if (closed.Workers.Count > 1) WriteWorkers(writer, closed.Workers);
        });
        _observer.OnEpoch(report);
    }

    /// <summary>
    /// Whether a line is of what was done by then. Between the last step of an epoch and its validation there can be a
    /// checkpoint, for which the epoch is still open.
    /// </summary>
    private static bool IsBefore(JobProgress start, JsonElement line) =>
        NumberOf(line, "step") <= start.Step && (!IsOfEpoch(line) || NumberOf(line, "epoch") < start.Epoch);

    private static bool IsOfEpoch(JsonElement line) =>
        line.TryGetProperty("type", out JsonElement type)
        && type.ValueKind == JsonValueKind.String
        && type.ValueEquals("epoch");

    /// <summary>A number of a line; null where it has none.</summary>
    private static long? NumberOf(JsonElement line, string name) =>
        line.ValueKind == JsonValueKind.Object
            && line.TryGetProperty(name, out JsonElement number)
            && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt64(out long value)
            ? value
            : null;

    private static void WriteWorkers(Utf8JsonWriter writer, IReadOnlyList<WorkerTiming> workers)
    {
        writer.WriteStartArray("workers");
        foreach (WorkerTiming worker in workers)
        {
            writer.WriteStartObject();
            writer.WriteNumber("worker", worker.Worker.Index + 1);
            writer.WriteNumber("shards", worker.ShardCount);
            writer.WriteNumber("computeSeconds", worker.Compute.TotalSeconds);
            writer.WriteNumber("transferSeconds", worker.Transfer.TotalSeconds);
            writer.WriteNumber("waitSeconds", worker.Wait.TotalSeconds);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Add(WorkerTiming timing)
    {
        int index = timing.Worker.Index;
        _workers[index] = _workers.TryGetValue(index, out WorkerTiming? sum)
            ? new WorkerTiming(
                sum.Worker,
                sum.ShardCount + timing.ShardCount,
                sum.Compute + timing.Compute,
                sum.Transfer + timing.Transfer,
                sum.Wait + timing.Wait)
            : timing;
    }

    private void OnOther(TimeSpan now, NodeId source, JobEvent what)
    {
        Write(_events, writer =>
        {
            writer.WriteString("event", Plans.ChoiceNames.NameOf(what));
            writer.WriteNumber("elapsedSeconds", now.TotalSeconds);
            writer.WriteString("source", source.ToString());
            writer.WritePropertyName("details");
            JsonSerializer.Serialize(writer, what, what.GetType(), EventJson.Options);
        });

        // A finished checkpoint is a rename; flushing a later write makes it last, see DurableFile.
        if (what is CheckpointSaved) Guard(_events.FlushToDisk);
        if (EventText.NoticeOf(what, _checkpointsPath) is { } notice) _observer.OnNotice(notice);
    }

    private void Write(LineLog log, Action<Utf8JsonWriter> write) => Guard(() => log.Append(write));

    private void Guard(Action write)
    {
        if (Failure is not null) return;
        try
        {
            write();
        }
        catch (StorageException e)
        {
            Failure = e;
            _stopRun();
        }
    }

    private static string ChoiceName(NoticeLevel level) => Plans.ChoiceNames.NameOf(level);
}
