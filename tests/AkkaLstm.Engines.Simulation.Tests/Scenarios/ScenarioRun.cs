using System.Globalization;
using System.Text;
using AkkaLstm.Engines.Simulation.Checkers;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Tests.Scenarios;

/// <summary>Runs a script and writes down what it did and what the roles decided.</summary>
internal sealed class ScenarioRun : IClusterObserver
{
    /// <summary>Bound of the virtual time; far above what any scenario takes.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly ProtocolOptions Options = new()
    {
        ReviewInterval = TimeSpan.FromMilliseconds(10),
        HeartbeatInterval = TimeSpan.FromMilliseconds(20),
        RepeatInterval = TimeSpan.FromMilliseconds(40),
        WorkerSilenceTimeout = TimeSpan.FromMilliseconds(100),
        ServerSilenceTimeout = TimeSpan.FromMilliseconds(150),
        GatherTimeout = TimeSpan.FromSeconds(2),
        GatherGrace = TimeSpan.FromMilliseconds(50),
        FirstTaskTimeout = TimeSpan.FromMilliseconds(100),
        MinTaskTimeout = TimeSpan.FromMilliseconds(40),
        WorkerLostTimeout = TimeSpan.FromMilliseconds(500),
        ServerLostTimeout = TimeSpan.FromMilliseconds(500),
        MinWorkersTimeout = TimeSpan.FromSeconds(1),
        CoordinatorLostTimeout = TimeSpan.FromSeconds(5),
        LeaveTimeout = TimeSpan.FromSeconds(1),
    };

    private readonly StringBuilder _trace = new();
    private readonly ScenarioScript _script;
    private readonly SimulatedCluster _cluster;
    private readonly HashSet<ScenarioAction> _done = [];

    private ScenarioRun(ScenarioScript script, JobShape shape, ScenarioProblem problem)
    {
        _script = script;
        Dictionary<string, int> numbers = script.Cluster;
        JobDescription job = problem.Mathematics.Job with
        {
            Checkpoints = new CheckpointSchedule { EverySteps = numbers["checkpoint-every"], Every = null, AtEpochEnd = false },
        };
        ProtocolOptions options = Options with { MinWorkers = numbers["min-workers"] };
        var cluster = new ClusterShape(numbers["servers"], numbers["replicas"]);
        var observers = new List<IClusterObserver>();
        _cluster = new SimulatedCluster(
            new ClusterSetup
            {
                Job = job,
                Policy = problem.Mathematics.Policy,
                Executors = problem.Mathematics.Executors,
                Disk = problem.Mathematics.Disk,
                Shape = cluster,
                Options = options,
            },
            new Agenda(),
            new SeededRandom(1),
            new NetworkOptions { LeastLatency = TimeSpan.FromMicroseconds(100), MeanLatency = TimeSpan.Zero },
            observers);
        observers.AddRange(
        [
            this,
            new ForwardChecker(),
            new StepChecker(problem.Reference),
            new SampleChecker(job, problem.Reference),
            new ReductionChecker(job),
            new StaleChecker(),
            new BoundsChecker(_cluster, shape.ShardCount),
            new DeadlineChecker(_cluster, options, shape.ShardCount),
        ]);
        IEnumerable<NodeId> ids = Enumerable.Range(0, cluster.SeatCount).Select(NodeId.Server)
            .Concat(Enumerable.Range(0, numbers["workers"]).Select(NodeId.Worker))
            .Prepend(NodeId.Coordinator);
        foreach (NodeId id in ids)
            _cluster.Add(id, new NodeClock(1, TimeSpan.Zero));
    }

    /// <summary>Runs it to the end of the job; gives the trace.</summary>
    public static string Run(ScenarioScript script)
    {
        var shape = new JobShape(script.Cluster["shards"], script.Cluster["steps"], EpochCount: 1, ValidationShardCount: 0);
        using IMathematics untouched = ExactMathematics.Open(shape);
        using IMathematics mathematics = ExactMathematics.Open(shape);
        var problem = new ScenarioProblem(mathematics, Reference.Compute(untouched));
        var run = new ScenarioRun(script, shape, problem);
        run.RunToEnd();
        JobOutcome? outcome = run._cluster.Outcome;
        string? fingerprint = outcome?.CheckpointId is { } id ? mathematics.Disk.Fingerprint(id) : null;
        run.Write(outcome is null ? "no end" : $"{outcome.Kind} at step {outcome.Progress.Step}{Because(outcome.Reason)}");
        if (outcome?.Kind == JobOutcomeKind.Completed)
            run.Write(fingerprint == problem.Reference.Fingerprint ? "the bits of the reference" : "OTHER BITS");
        foreach (ScenarioAction action in script.Actions.Where(a => !run._done.Contains(a)))
            run.Write($"never: {action}");
        return run._trace.ToString();
    }

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        switch (effect)
        {
            case RecordEvent { Event: not InputDropped and var what }:
                Write($"{node,-12} {TraceText.Of(what)}");
                if (what is CheckpointSaved saved)
                    Reached("saved", saved.Progress.Step);
                break;
            case StartWork { Order: ComputeShards order }: Reached("step", order.Fence.Step); break;
            case StartWork { Order: SnapshotSlice order }: Reached("snapshot", order.Fence.Step); break;
            case StartWork { Order: WriteCheckpoint order }: Reached("write", order.Progress.Step); break;
        }
    }

    private void RunToEnd()
    {
        foreach (SimulatedNode node in _cluster.Nodes)
            _cluster.Agenda.At(TimeSpan.Zero, () => _cluster.Start(node));
        foreach (ScenarioAction action in _script.Actions.Where(a => a.Moment == "time"))
            Plan(action, TimeSpan.FromMilliseconds(action.Number));
        while (_cluster.Outcome is null && _cluster.Agenda.TryStep(Limit))
        {
        }
    }

    private void Reached(string moment, long step)
    {
        foreach (ScenarioAction action in _script.Actions)
        {
            if (action.Moment == moment && action.Number == step)
                Plan(action, _cluster.Agenda.Now + action.Delay);
        }
    }

    // Each action is done once, also where a step begins again.
    private void Plan(ScenarioAction action, TimeSpan time)
    {
        if (_done.Add(action))
            _cluster.Agenda.At(time, () => Do(action));
    }

    private void Do(ScenarioAction action)
    {
        Write($"> {action}");
        switch (action.Verb)
        {
            case "heal": _cluster.Network.Heal(); break;
            case "wipe-disk": _cluster.WipeDisk(); break;
            case "partition":
                _cluster.Network.Cut(action.Nodes.Select(id => _cluster.Find(id)!.Host).ToHashSet(), isOneWay: false);
                break;
            default:
                foreach (NodeId id in action.Nodes)
                    Do(action.Verb, id);
                break;
        }
    }

    private void Do(string verb, NodeId id)
    {
        SimulatedNode node = _cluster.Find(id) ?? _cluster.Add(id, new NodeClock(1, TimeSpan.Zero));
        switch (verb)
        {
            case "crash": _cluster.Crash(node); break;
            case "start" or "join" or "restart": _cluster.Start(node); break;
            case "start-second": _cluster.Start(_cluster.Add(id, new NodeClock(1, TimeSpan.Zero))); break;
            case "pause": node.IsPaused = true; break;
            case "resume": _cluster.Resume(node); break;
            case "hang": _cluster.Hang(node); break;
            case "unhang": _cluster.EndHangs(node); break;
            case "leave": _cluster.Post(node, new LeaveRequested()); break;
            case "stop": _cluster.Post(node, new StopRequested()); break;
            default: throw new FormatException($"no such verb: {verb}");
        }
    }

    private void Write(string line) => _trace.Append(string.Create(
        CultureInfo.InvariantCulture, $"{_cluster.Agenda.Now.TotalMilliseconds,9:0.000} ms  {line}\n"));

    private static string Because(string? reason) => reason is null ? "" : $", {reason}";

    private sealed record ScenarioProblem(IMathematics Mathematics, Reference Reference);
}
