using System.Diagnostics;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Tests.Cluster;

/// <summary>
/// A cluster of roles under a virtual clock: messages take random times and so overtake each other, and go
/// wrong as
/// <see cref="ClusterFaults"/> says; everything is drawn from one seed.
/// </summary>
internal sealed class RoleCluster
{
    private readonly Random _random;
    private readonly ClusterFaults _faults;
    private readonly Dictionary<NodeId, Node> _nodes = [];
    private readonly PriorityQueue<Action, (TimeSpan Due, long Order)> _agenda = new();
    private readonly Outbox _outbox = new();
    private readonly ExactFactory _executors;
    private TimeSpan _now;
    private long _order;
    private JobOutcome? _outcome;

    private sealed class Node(Func<int, IRole> create)
    {
        public int Incarnation { get; private set; }

        public IRole Role { get; private set; } = create(0);

        public IWorkExecutor? Executor { get; set; }

        public bool IsStopped { get; set; }

        /// <summary>Counts settings of the timer: an earlier one does not fire.</summary>
        public long TimerVersion { get; set; }

        public void Restart()
        {
            Incarnation++;
            Role = create(Incarnation);
            Executor = null;
        }
    }

    public RoleCluster(
        int seed, JobDescription job, ExactModel model, ExactStore store, int workers, int servers, ProtocolOptions options, ClusterFaults faults)
    {
        _random = new Random(seed);
        _faults = faults;
        _executors = new ExactFactory(model, store);
        _nodes[NodeId.Coordinator] = new Node(_ => new Coordinator(job, new ExactPolicy(), new ClusterShape(servers), term: 1, options));
        for (int i = 0; i < servers; i++)
        {
            _nodes[NodeId.Server(i)] = new Node(incarnation => new ParameterServer(job.RunId, incarnation, options));
        }

        for (int i = 0; i < workers; i++)
        {
            _nodes[NodeId.Worker(i)] = new Node(incarnation => new Worker(job.RunId, incarnation, options));
        }

        foreach (NodeId id in _nodes.Keys)
            After(Draw(TimeSpan.FromMilliseconds(20)), () => Step(id, new Started()));
        PlanCrashes();
    }

    public List<JobEvent> Events { get; } = [];

    public TimeSpan Now => _now;

    /// <summary>Runs until the job is over, or fails when the virtual time is up.</summary>
    public JobOutcome Run(TimeSpan limit)
    {
        while (_outcome is null)
        {
            if (!_agenda.TryDequeue(out Action? next, out (TimeSpan Due, long Order) key))
                throw new InvalidOperationException("nothing is left to happen and the job is not over");
            _now = key.Due;
            if (_now > limit)
                throw new InvalidOperationException($"no end after {limit}: {string.Join("; ", Events.TakeLast(10))}");
            next();
        }

        return _outcome;
    }

    /// <summary>Makes an input reach a node at a time.</summary>
    public void At(TimeSpan time, NodeId node, RoleInput input) => After(time - _now, () => Step(node, input));

    private bool IsFaulty => _now < _faults.Until;

    private void PlanCrashes()
    {
        foreach (NodeId id in _nodes.Keys)
        {
            TimeSpan? mean = id.Role switch
            {
                NodeRole.Worker => _faults.WorkerCrash,
                NodeRole.Server => _faults.ServerCrash,
                _ => null,
            };
            if (mean is not { } interval)
                continue;
            for (TimeSpan at = Draw(interval * 2); at < _faults.Until; at += Draw(interval * 2))
                After(at, () => Restart(id));
        }
    }

    private void Restart(NodeId id)
    {
        Node node = _nodes[id];
        if (node.IsStopped)
            return;
        node.Restart();
        Step(id, new Started());
    }

    private void Step(NodeId id, RoleInput input)
    {
        Node node = _nodes[id];
        if (node.IsStopped)
            return;
        node.Role.Step(input, _now, _outbox);
        Effect[] effects = [.. _outbox.Effects];
        _outbox.Clear();
        foreach (Effect effect in effects)
            Do(id, node, effect);
    }

    private void Do(NodeId id, Node node, Effect effect)
    {
        switch (effect)
        {
            case SendMessage send: Send(id, send); break;
            case StartWork work: Start(id, node, work); break;
            case RecordEvent record: Events.Add(record.Event); break;
            case RestartNode: After(TimeSpan.FromMilliseconds(5), () => Restart(id)); break;
            case StopNode: node.IsStopped = true; break;
            case EndJob end: _outcome = end.Outcome; break;
            case ArmTimer arm:
                long version = ++node.TimerVersion;
                After(arm.Delay, () =>
                {
                    if (node.TimerVersion == version)
                        Step(id, new TimerFired());
                });
                break;
            default: throw new UnreachableException(effect.GetType().Name);
        }
    }

    private void Send(NodeId from, SendMessage send)
    {
        int copies = IsFaulty && Happens(_faults.Loss) ? 0 : IsFaulty && Happens(_faults.Duplication) ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            // Some are very late: after the step, or the generation, that they belong to.
            TimeSpan latency = Draw(TimeSpan.FromMilliseconds(Happens(0.05) ? 100 : 2));
            After(latency, () => Step(send.To, new MessageReceived(from, send.Message)));
        }
    }

    private void Start(NodeId id, Node node, StartWork work)
    {
        int incarnation = node.Incarnation;
        TimeSpan duration = Draw(TimeSpan.FromMilliseconds(IsFaulty && Happens(_faults.SlowWork) ? 400 : 4));
        bool fails = IsFaulty && id.Role != NodeRole.Coordinator && Happens(_faults.WorkFailure);

        // Done at its end, so that work that is late reads buffers that may have been used again.
        After(duration, () =>
        {
            if (node.Incarnation != incarnation)
                return;
            if (fails)
            {
                Step(id, new WorkFailed(work.WorkId, new WorkError("planted", IsPermanent: false)));
                return;
            }

            node.Executor ??= _executors.Create(id, incarnation);
            Step(id, new WorkDone(work.WorkId, node.Executor.Execute(work.Order)));
        });
    }

    private void After(TimeSpan delay, Action action) => _agenda.Enqueue(action, (_now + delay, _order++));

    private bool Happens(double probability) => _random.NextDouble() < probability;

    private TimeSpan Draw(TimeSpan bound) => bound * _random.NextDouble();
}
