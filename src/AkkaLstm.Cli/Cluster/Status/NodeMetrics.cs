using System.Diagnostics.Metrics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Cluster.Status;

/// <summary>
/// What a node counts, as a <see cref="System.Diagnostics.Metrics.Meter"/> in OpenTelemetry's names and units. Anything
/// that reads meters can read it: <see cref="MetricsPage"/>, dotnet-counters, an OpenTelemetry agent. docs/CLUSTER.md
/// lists the instruments.
/// </summary>
internal sealed class NodeMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "AkkaLstm";

    private const string RoleTag = "akkalstm.node.role";

    private readonly Counter<long> _steps;
    private readonly Counter<long> _targets;
    private readonly Histogram<double> _stepDuration;
    private readonly Gauge<long> _step;
    private readonly Gauge<double> _loss;
    private readonly Gauge<long> _workers;
    private readonly Counter<long> _epochs;
    private readonly Counter<long> _generations;
    private readonly Counter<long> _joined;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _reassigned;
    private readonly Counter<long> _checkpoints;
    private readonly Counter<long> _checkpointFailures;
    private readonly Gauge<long> _checkpointStep;
    private readonly Histogram<double> _checkpointDuration;
    private readonly Counter<long> _repeated;
    private readonly Counter<long> _dropped;

    /// <summary>Makes the instruments of one node.</summary>
    public NodeMetrics()
    {
        _steps = Counter("akkalstm.steps", "{step}",
            "Closed training steps; one that closes again after a restart counts again");
        _targets = Counter("akkalstm.targets", "{target}",
            "Counted targets of closed steps: tokens, labels or forecast values");
        _stepDuration = Durations("akkalstm.step.duration",
            "From a step's assignment to the last server's answer");
        _step = Meter.CreateGauge<long>("akkalstm.step.number", "{step}", "Steps of the job that are closed");
        _loss = Meter.CreateGauge<double>("akkalstm.step.loss", "1", "Mean loss of the last closed step");
        _workers = Meter.CreateGauge<long>("akkalstm.workers.active", "{worker}",
            "Workers that computed the last closed step");
        _epochs = Counter("akkalstm.epochs", "{epoch}", "Epochs that were judged");
        _generations = Counter("akkalstm.generations", "{generation}",
            "Times that the servers agreed on a state: at the start, after the loss of one");
        _joined = Counter("akkalstm.workers.joined", "{worker}",
            "Workers that began to take part, restarts included");
        _lost = Counter("akkalstm.nodes.lost", "{node}", "Nodes that were taken to be gone");
        _failed = Counter("akkalstm.nodes.failed", "{node}", "Nodes whose work failed");
        _reassigned = Counter("akkalstm.tasks.reassigned", "{task}", "Shard tasks that went to another worker");
        _checkpoints = Counter("akkalstm.checkpoints", "{checkpoint}", "Checkpoints that are on disk");
        _checkpointFailures = Counter("akkalstm.checkpoints.failed", "{checkpoint}",
            "Attempts to write a checkpoint that failed");
        _checkpointStep = Meter.CreateGauge<long>("akkalstm.checkpoint.step", "{step}",
            "Closed steps that the newest checkpoint holds");
        _checkpointDuration = Durations("akkalstm.checkpoint.duration",
            "Time that the write of a checkpoint took");
        _repeated = Counter("akkalstm.requests.repeated", "{request}",
            "Requests that were sent again because no answer came in time");
        _dropped = Counter("akkalstm.inputs.dropped", "{input}",
            "Inputs that had no effect: late, doubled, of another run");
    }

    /// <summary>The instruments.</summary>
    public Meter Meter { get; } = new(MeterName);

    /// <summary>Counts an event.</summary>
    public void Record(JobEvent what)
    {
        switch (what)
        {
            case StepClosed closed:
                _steps.Add(1);
                _targets.Add(closed.Loss.Count);
                _stepDuration.Record(closed.Duration.TotalSeconds);
                _step.Record(closed.Fence.Step + 1);
                _loss.Record(closed.Loss.Mean);
                _workers.Record(closed.Workers.Count);
                break;
            case EpochClosed:
                _epochs.Add(1);
                break;
            case GenerationStarted started:
                _generations.Add(1, Tag("akkalstm.state.source", ChoiceNames.NameOf(started.Source)));
                break;
            case WorkerJoined:
                _joined.Add(1);
                break;
            case NodeLost lost:
                _lost.Add(1, Tag(RoleTag, ChoiceNames.NameOf(lost.Node.Role)));
                break;
            case NodeFailed failed:
                _failed.Add(1, Tag(RoleTag, ChoiceNames.NameOf(failed.Node.Role)));
                break;
            case TasksReassigned reassigned:
                _reassigned.Add(reassigned.Ranges.Sum(range => range.Count));
                break;
            case CheckpointSaved saved:
                _checkpoints.Add(1);
                _checkpointStep.Record(saved.Progress.Step);
                _checkpointDuration.Record(saved.Duration.TotalSeconds);
                break;
            case CheckpointFailed:
                _checkpointFailures.Add(1);
                break;
            case RequestRepeated:
                _repeated.Add(1);
                break;
            case InputDropped dropped:
                _dropped.Add(1, Tag("akkalstm.drop.reason", ChoiceNames.NameOf(dropped.Reason)));
                break;
            default:
                break; // the rest is for the run's record
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);

    private Counter<long> Counter(string name, string unit, string description) =>
        Meter.CreateCounter<long>(name, unit, description);

    private Histogram<double> Durations(string name, string description) => Meter.CreateHistogram(
        name, "s", description, tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        });
}
