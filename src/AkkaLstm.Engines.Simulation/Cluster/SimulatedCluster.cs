using System.Diagnostics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// Hosts the roles of one run under the virtual clock: carries their effects out, and lets processes crash,
/// pause and come back. What goes wrong, and when, is decided elsewhere.
/// </summary>
internal sealed class SimulatedCluster
{
    /// <summary>A slow node handles a message in this times its slowness.</summary>
    private static readonly TimeSpan HandlingTime = TimeSpan.FromMicroseconds(5);

    /// <summary>From the end of a process to the start of the next, where nothing else is said.</summary>
    private static readonly TimeSpan RestartTime = TimeSpan.FromMilliseconds(5);

    private readonly ClusterSetup _setup;
    private readonly IReadOnlyList<IClusterObserver> _observers;
    private readonly SeededRandom _workRandom;
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<SimulatedNode> _coordinators = [];
    private readonly Dictionary<NodeId, SimulatedNode> _byId = [];
    private readonly Outbox _outbox = new();

    // Starts of coordinators so far.
    private long _term;

    // By reference: two nodes may start equal work.
    private readonly HashSet<StartWork> _hanging = new(ReferenceEqualityComparer.Instance);

    /// <summary>Puts a cluster together; no node runs yet.</summary>
    /// <param name="setup">What it runs.</param>
    /// <param name="agenda">The virtual clock.</param>
    /// <param name="random">Network and work draw from forks of it.</param>
    /// <param name="network">How messages travel at first.</param>
    /// <param name="observers">See everything.</param>
    public SimulatedCluster(
        ClusterSetup setup,
        Agenda agenda,
        SeededRandom random,
        NetworkOptions network,
        IReadOnlyList<IClusterObserver> observers)
    {
        _setup = setup;
        _observers = observers;
        _workRandom = random.Fork(1);
        Agenda = agenda;
        Network = new SimulatedNetwork(agenda, random.Fork(2), network) { OnFault = OnNetworkFault };
    }

    /// <summary>The virtual clock.</summary>
    public Agenda Agenda { get; }

    /// <summary>Between the nodes.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>How long work takes from now on, and what goes wrong with it.</summary>
    public WorkConditions Work { get; set; } = new();

    /// <summary>All nodes, in the order in which they were added.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>How the job ended; null while it runs.</summary>
    public JobOutcome? Outcome { get; private set; }

    /// <summary>The node that has an address now; null when nobody has it.</summary>
    public SimulatedNode? Find(NodeId id) => _byId.GetValueOrDefault(id);

    /// <summary>
    /// Adds a node that does not run yet. One that has the address already keeps running, but messages go to the new
    /// one from now on.
    /// </summary>
    public SimulatedNode Add(NodeId id, NodeClock clock)
    {
        bool isFirst = !_byId.ContainsKey(id);
        string name = isFirst ? id.ToString() : $"{id}-on-{_nodes.Count}";
        var node = new SimulatedNode(
            id,
            _nodes.Count,
            name,
            incarnation => _setup.CreateRole(id, incarnation, () => ++_term),
            clock);
        _nodes.Add(node);
        if (id == NodeId.Coordinator)
            _coordinators.Add(node);
        _byId[id] = node;
        return node;
    }

    /// <summary>Starts the next incarnation of a node; it has its address from now on.</summary>
    public void Start(SimulatedNode node)
    {
        _byId[node.Id] = node;
        node.Begin();
        Handle(node, new Started());
    }

    /// <summary>The process of a node dies, with all that it held; a write under way leaves a part.</summary>
    public void Crash(SimulatedNode node)
    {
        foreach (StartWork work in node.Running)
        {
            if (work.Order is WriteCheckpoint write)
            {
                _setup.Disk?.WritePart(write, _workRandom.NextDouble(), _workRandom.Happens(Work.FlushLoss));
            }
        }

        node.End();
    }

    /// <summary>Ends a pause: what waited is handled now, in order.</summary>
    public void Resume(SimulatedNode node)
    {
        if (!node.IsPaused)
            return;
        node.IsPaused = false;
        RoleInput[] waiting = [.. node.Mailbox];
        node.Mailbox.Clear();
        foreach (RoleInput input in waiting)
            Post(node, input);
    }

    /// <summary>An input reaches a node now.</summary>
    public void Post(SimulatedNode node, RoleInput input)
    {
        if (!node.IsUp || node.HasStopped)
            return;
        if (node.IsPaused)
            node.Mailbox.Add(input);
        else
            Handle(node, input);
    }

    /// <summary>The work that a node has under way does not come to its end any more.</summary>
    public void Hang(SimulatedNode node) => _hanging.UnionWith(node.Running);

    /// <summary>Work that hangs comes to its end after all.</summary>
    public void EndHangs(SimulatedNode node)
    {
        foreach (StartWork work in node.Running.Where(_hanging.Remove).ToArray())
            EndLater(node, work, TimeSpan.Zero, error: null);
    }

    /// <summary>The disk of the checkpoints is replaced by an empty one.</summary>
    public void WipeDisk() => _setup.Disk?.Wipe();

    /// <summary>Flips a bit of a stored checkpoint; false when there is none.</summary>
    public bool FlipBit(SeededRandom random) => _setup.Disk?.FlipBit(random) ?? false;

    /// <summary>A fault happened: observers hear of it.</summary>
    public void Note(FaultKind kind, string what)
    {
        foreach (IClusterObserver observer in _observers)
            observer.OnFault(kind, what);
    }

    private void OnNetworkFault(FaultKind kind, int from, int to) =>
        Note(kind, $"{_nodes[from]} -> {_nodes[to]}");

    private void Handle(SimulatedNode node, RoleInput input)
    {
        foreach (IClusterObserver observer in _observers)
            observer.OnInput(node, input);
        try
        {
            node.Role!.Step(input, node.Clock.At(Agenda.Now), _outbox);
        }
        catch (Exception exception)
        {
            throw new SimulationFailureException(
                Verdict.Crash,
                $"{node} threw {exception.GetType().Name} on {input.GetType().Name}: {exception.Message}",
                exception);
        }

        // Nothing below handles an input at once, so the outbox stays as it is until the end.
        foreach (Effect effect in _outbox.Effects)
        {
            foreach (IClusterObserver observer in _observers)
                observer.OnEffect(node, input, effect);
            Do(node, effect);
        }

        int effectCount = _outbox.Effects.Count;
        _outbox.Clear();
        foreach (IClusterObserver observer in _observers)
            observer.OnHandled(node, input, effectCount);
    }

    private void Do(SimulatedNode node, Effect effect)
    {
        switch (effect)
        {
            case SendMessage send: Send(node, send); break;
            case StartWork work: Begin(node, work); break;
            case ArmTimer arm: Arm(node, arm.Delay); break;
            case RecordEvent: break;
            case RestartNode: RestartLater(node); break;
            case StopNode: node.HasStopped = true; break;
            case EndJob end: End(node, end.Outcome); break;
            default: throw new UnreachableException(effect.GetType().Name);
        }
    }

    /// <summary>Only the newest coordinator speaks for the job; one before it may end as it likes.</summary>
    private void End(SimulatedNode node, JobOutcome outcome)
    {
        if (Find(node.Id) == node)
            Outcome ??= outcome;
    }

    /// <summary>
    /// Where a message goes: to the node that has the address, or, while there are several coordinators, now and then
    /// to one of the others, as from somebody who has not heard of the newest.
    /// </summary>
    private SimulatedNode? Resolve(NodeId id)
    {
        if (id != NodeId.Coordinator || _coordinators.Count < 2 || !_workRandom.Happens(Work.OldAddress))
            return Find(id);
        return _workRandom.Pick(_coordinators);
    }

    private void Send(SimulatedNode from, SendMessage send)
    {
        if (Resolve(send.To) is not { } to)
            return; // nobody has the address
        var input = new MessageReceived(from.Id, send.Message);
        Network.Send(from.Host, to.Host, MessageSize.Of(send.Message), () =>
        {
            if (to.Slowness <= 1)
                Post(to, input);
            else
                Agenda.After(HandlingTime * to.Slowness, () => Post(to, input));
        });
    }

    private void Arm(SimulatedNode node, TimeSpan delay)
    {
        long version = ++node.TimerVersion;
        Agenda.After(node.Clock.ToVirtual(delay), () =>
        {
            if (node.TimerVersion == version)
                Post(node, new TimerFired());
        });
    }

    private void RestartLater(SimulatedNode node)
    {
        node.End();
        int incarnation = node.Incarnation;
        Agenda.After(RestartTime, () =>
        {
            if (node.Incarnation == incarnation && !node.IsUp)
                Start(node);
        });
    }

    private void Begin(SimulatedNode node, StartWork work)
    {
        node.AddRunning(work);
        bool isWrite = work.Order is WriteCheckpoint;
        double slowness = node.Slowness * (isWrite ? Work.DiskSlowness : 1);
        TimeSpan duration = DurationOf(work.Order) * slowness * _workRandom.Between(0.5, 1.5);
        if (_workRandom.Happens(Work.Slow))
        {
            Note(FaultKind.SlowWork, $"{node}: {work.Order.GetType().Name} takes {Work.SlowFactor:0} times as long");
            duration *= Work.SlowFactor;
        }

        if (!isWrite && _workRandom.Happens(Work.Hang))
        {
            Note(FaultKind.WorkHang, $"{node}: {work.Order.GetType().Name} hangs");
            _hanging.Add(work);
            return;
        }

        EndLater(node, work, duration, DrawError(node, work.Order));
    }

    private void EndLater(SimulatedNode node, StartWork work, TimeSpan delay, WorkError? error) =>
        Agenda.After(delay, () =>
        {
            if (!_hanging.Contains(work) && node.RemoveRunning(work))
                Post(node, error is null ? Execute(node, work) : new WorkFailed(work.WorkId, error));
        });

    private TimeSpan DurationOf(WorkOrder order) => order switch
    {
        ComputeShards compute => Work.ShardTime * compute.Shards.Count,
        EvaluateShards evaluate => Work.ShardTime * evaluate.Shards.Count,
        WriteCheckpoint => Work.WriteTime,
        _ => Work.ServerTime,
    };

    private WorkError? DrawError(SimulatedNode node, WorkOrder order)
    {
        if (order is not WriteCheckpoint)
        {
            if (_workRandom.Happens(Work.PermanentFailure))
            {
                Note(FaultKind.PermanentFailure, $"{node}: {order.GetType().Name} can never succeed");
                return new WorkError("planted for good", IsPermanent: true);
            }

            if (!_workRandom.Happens(Work.Failure))
                return null;
            Note(FaultKind.WorkFailure, $"{node}: {order.GetType().Name} throws");
            return new WorkError("planted", IsPermanent: false);
        }

        if (Work.IsDiskFull)
        {
            Note(FaultKind.DiskFull, $"{node}: no space left");
            return new WorkError("no space left on device", IsPermanent: true);
        }

        if (!_workRandom.Happens(Work.DiskError))
            return null;
        Note(FaultKind.DiskError, $"{node}: the write fails");
        return new WorkError("planted disk error", IsPermanent: false);
    }

    /// <summary>
    /// The mathematics is done when the work ends, not when it begins, so that work that is late reads buffers
    /// that may have been used again.
    /// </summary>
    private RoleInput Execute(SimulatedNode node, StartWork work)
    {
        try
        {
            node.Executor ??= _setup.Executors.Create(node.Id, node.Incarnation);
            WorkResult result = node.Executor.Execute(work.Order);
            if (result is SliceApplied applied && _workRandom.Happens(Work.MemoryError))
            {
                Note(FaultKind.MemoryError, $"{node}: a wrong checksum");
                result = applied with { Checksum = ~applied.Checksum };
            }

            return new WorkDone(work.WorkId, result);
        }
        catch (Exception exception)
        {
            return new WorkFailed(work.WorkId, WorkError.From(exception));
        }
    }
}
