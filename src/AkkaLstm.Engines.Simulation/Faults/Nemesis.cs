using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// Makes things go wrong in a cluster until it is told to heal it. Each kind of fault comes at random times of its
/// own, and most end again after a while.
/// </summary>
internal sealed class Nemesis(SimulatedCluster cluster, SwarmPlan plan, SeededRandom random)
{
    /// <summary>Workers that may appear besides those at the beginning.</summary>
    private const int JoinBound = 4;

    /// <summary>Coordinators that may be started besides the first.</summary>
    private const int SecondBound = 3;

    private static readonly TimeSpan SupervisionInterval = TimeSpan.FromMilliseconds(50);

    private int _joinCount;
    private int _secondCount;
    private bool _isHealed;

    /// <summary>Begins the chaos.</summary>
    public void Begin()
    {
        cluster.Work = plan.Work;
        if (plan.Has(FaultKind.ClockRate))
        {
            foreach (SimulatedNode node in cluster.Nodes)
            {
                double rate = random.LogBetween(0.5, 2);
                node.Clock.SetRate(cluster.Agenda.Now, rate);
                cluster.Note(FaultKind.ClockRate, $"{node}: {rate:0.00}");
            }
        }

        foreach ((FaultKind kind, TimeSpan interval) in plan.Faults)
            PlanNext(kind, interval);
    }

    /// <summary>
    /// Ends all faults and starts what is needed for the job to go on; other nodes may stay dead.
    /// </summary>
    public void Heal()
    {
        _isHealed = true;
        cluster.Network.Heal();
        cluster.Work = plan.Work.Healed;
        foreach (SimulatedNode node in cluster.Nodes.ToArray())
        {
            node.Slowness = 1;
            node.Clock.SetRate(cluster.Agenda.Now, 1);
            cluster.Resume(node);
            cluster.EndHangs(node);
            bool isGone = !node.IsUp || node.HasStopped;
            bool isNewest = cluster.Find(node.Id) == node;
            if (isGone && isNewest && (IsCore(node) || random.Happens(0.5)))
                cluster.Start(node);
        }

        KeepCoreUp();
    }

    /// <summary>Nodes of the core that stop, because somebody had asked them to, are started again.</summary>
    private void KeepCoreUp() => cluster.Agenda.After(SupervisionInterval, () =>
    {
        foreach (SimulatedNode node in cluster.Nodes.ToArray())
        {
            if (node.HasStopped && IsCore(node) && cluster.Find(node.Id) == node)
                cluster.Start(node);
        }

        KeepCoreUp();
    });

    /// <summary>
    /// The first nodes of each kind that the job cannot do without: the coordinator, a server of each slice, as many
    /// workers as the job wants at least.
    /// </summary>
    private bool IsCore(SimulatedNode node) => node.Id.Role switch
    {
        NodeRole.Worker => node.Id.Index < plan.Options.MinWorkers,
        NodeRole.Server => node.Id.Index < plan.Cluster.ServerCount,
        _ => true,
    };

    private void PlanNext(FaultKind kind, TimeSpan interval) => cluster.Agenda.After(random.Exponential(interval), () =>
    {
        if (_isHealed)
            return;
        Do(kind);
        if (kind != FaultKind.Stop)
            PlanNext(kind, interval);
    });

    private void Do(FaultKind kind)
    {
        switch (kind)
        {
            case FaultKind.WorkerCrash: Crash(kind, NodeRole.Worker); break;
            case FaultKind.ServerCrash: Crash(kind, NodeRole.Server); break;
            case FaultKind.CoordinatorCrash: Crash(kind, NodeRole.Coordinator); break;
            case FaultKind.DiskLoss: LoseDisk(); break;
            case FaultKind.SecondCoordinator: StartSecondCoordinator(); break;
            case FaultKind.Leave: Leave(); break;
            case FaultKind.FalseHint: Hint(); break;
            case FaultKind.StrayMessage: Stray(); break;
            case FaultKind.Pause: Pause(); break;
            case FaultKind.SlowNode: Slow(); break;
            case FaultKind.ClockJump: Jump(); break;
            case FaultKind.Clog: Clog(); break;
            case FaultKind.Partition: Cut(kind, isOneWay: false); break;
            case FaultKind.OneWayPartition: Cut(kind, isOneWay: true); break;
            case FaultKind.DiskFull: FillDisk(); break;
            case FaultKind.DiskSlow: SlowDisk(); break;
            case FaultKind.BitFlip: FlipBit(); break;
            case FaultKind.Stop: Stop(); break;
            case FaultKind.Join: Join(); break;
            default: break; // the other kinds are in the network's options and in the conditions of work
        }
    }

    private void Crash(FaultKind kind, NodeRole role)
    {
        if (PickUp(n => n.Id.Role == role && cluster.Find(n.Id) == n) is not { } node)
            return;
        TimeSpan downTime = Milliseconds(1, 500);
        cluster.Note(kind, $"{node} is down for {downTime}");
        cluster.Crash(node);
        StartLater(node, downTime);
        if (role != NodeRole.Coordinator && random.Happens(0.5))
            Later(Milliseconds(1, 50), () => PostToCoordinator(new PeerLost(node.Id)));
    }

    private void StartLater(SimulatedNode node, TimeSpan delay)
    {
        int incarnation = node.Incarnation;
        Later(delay, () =>
        {
            if ((!node.IsUp || node.HasStopped) && node.Incarnation == incarnation)
                cluster.Start(node);
        });
    }

    private void LoseDisk()
    {
        SimulatedNode node = cluster.Find(NodeId.Coordinator)!;
        TimeSpan downTime = Milliseconds(1, 500);
        cluster.Note(FaultKind.DiskLoss, $"{node} is down for {downTime}, its checkpoints are gone");
        cluster.Crash(node);
        cluster.WipeDisk();
        StartLater(node, downTime);
    }

    /// <summary>
    /// Somebody takes the coordinator for dead and starts another one; the first is held or cut off, or simply
    /// goes on.
    /// </summary>
    private void StartSecondCoordinator()
    {
        if (_secondCount == SecondBound)
            return;
        _secondCount++;
        SimulatedNode first = cluster.Find(NodeId.Coordinator)!;
        SimulatedNode second = cluster.Add(NodeId.Coordinator, new NodeClock(1, random.Milliseconds(0, 1000)));
        TimeSpan duration = Milliseconds(10, 1000);
        switch (random.Below(3))
        {
            case 0:
                cluster.Note(FaultKind.SecondCoordinator, $"{second}, while {first} goes on");
                break;
            case 1:
                cluster.Note(FaultKind.SecondCoordinator, $"{second}, while {first} is held for {duration}");
                first.IsPaused = first.IsUp;
                Later(duration, () => cluster.Resume(first));
                break;
            default:
                cluster.Note(FaultKind.SecondCoordinator, $"{second}, while {first} is cut off for {duration}");
                Partition partition = cluster.Network.Cut(new SortedSet<int> { first.Host }, isOneWay: false);
                Later(duration, () => cluster.Network.Mend(partition));
                break;
        }

        cluster.Start(second);
    }

    private void Leave()
    {
        if (PickUp(n => n.Id.Role != NodeRole.Coordinator) is not { } node)
            return;
        cluster.Note(FaultKind.Leave, $"{node} is asked to leave");
        cluster.Post(node, new LeaveRequested());
        StartLater(node, Milliseconds(50, 1000));
    }

    private void Hint()
    {
        if (PickUp(n => n.Id.Role != NodeRole.Coordinator) is not { } node)
            return;
        SimulatedNode hearer = PickUp(n => n.Id.Role == NodeRole.Worker && random.Happens(0.5))
            ?? cluster.Find(NodeId.Coordinator)!;
        cluster.Note(FaultKind.FalseHint, $"{hearer} believes that {node} is gone");
        cluster.Post(hearer, new PeerLost(node.Id));
    }

    private void Stray()
    {
        if (PickUp(_ => true) is not { } to)
            return;
        SimulatedNode from = random.Pick(cluster.Nodes);
        var fence = new Fence("another-run", Term: 99, Generation: 99, Step: 99);
        Message message = from.Id.Role switch
        {
            NodeRole.Coordinator => new JobEnded(fence),
            NodeRole.Server => new ServerReady(fence, Incarnation: 99),
            _ => new WorkerReady(fence, Incarnation: 99, IsIdle: true),
        };
        cluster.Note(FaultKind.StrayMessage, $"{from} -> {to}: {message.GetType().Name}");
        cluster.Post(to, new MessageReceived(from.Id, message));
    }

    private void Pause()
    {
        if (PickUp(n => !n.IsPaused) is not { } node)
            return;
        TimeSpan duration = Milliseconds(1, 1000);
        cluster.Note(FaultKind.Pause, $"{node} is held for {duration}");
        node.IsPaused = true;
        Later(duration, () => cluster.Resume(node));
    }

    private void Slow()
    {
        if (PickUp(_ => true) is not { } node)
            return;
        TimeSpan duration = Milliseconds(10, 1000);
        node.Slowness = random.LogBetween(2, 100);
        cluster.Note(FaultKind.SlowNode, $"{node} is {node.Slowness:0.0} times slower for {duration}");
        Later(duration, () => node.Slowness = 1);
    }

    private void Jump()
    {
        if (PickUp(_ => true) is not { } node)
            return;
        TimeSpan forward = Milliseconds(10, 5000);
        cluster.Note(FaultKind.ClockJump, $"{node} jumps by {forward}");
        node.Clock.Jump(forward);
    }

    private void Clog()
    {
        SimulatedNode from = random.Pick(cluster.Nodes);
        SimulatedNode to = random.Pick(cluster.Nodes);
        if (from == to)
            return;
        TimeSpan duration = Milliseconds(5, 500);
        cluster.Note(FaultKind.Clog, $"{from} -> {to} for {duration}");
        cluster.Network.Clog(from.Host, to.Host, duration);
    }

    private void Cut(FaultKind kind, bool isOneWay)
    {
        var side = new SortedSet<int>();
        foreach (SimulatedNode node in cluster.Nodes)
        {
            if (random.Happens(0.5))
                side.Add(node.Host);
        }

        TimeSpan duration = Milliseconds(10, 1000);
        string names = string.Join(", ", side.Select(host => cluster.Nodes[host]));
        cluster.Note(kind, $"{names} {(isOneWay ? "to" : "|")} the rest for {duration}");
        Partition partition = cluster.Network.Cut(side, isOneWay);
        Later(duration, () => cluster.Network.Mend(partition));
    }

    private void FillDisk()
    {
        cluster.Work = cluster.Work with { IsDiskFull = true };
        Later(Milliseconds(5, 200), () => cluster.Work = cluster.Work with { IsDiskFull = false });
    }

    private void SlowDisk()
    {
        double slowness = random.LogBetween(3, 1000);
        cluster.Note(FaultKind.DiskSlow, $"{slowness:0} times slower");
        cluster.Work = cluster.Work with { DiskSlowness = slowness };
        Later(Milliseconds(10, 500), () => cluster.Work = cluster.Work with { DiskSlowness = 1 });
    }

    private void FlipBit()
    {
        if (cluster.FlipBit(random))
            cluster.Note(FaultKind.BitFlip, "in a checkpoint");
    }

    private void Stop()
    {
        cluster.Note(FaultKind.Stop, "somebody asks the job to stop");
        PostToCoordinator(new StopRequested());
    }

    private void Join()
    {
        if (_joinCount == JoinBound)
            return;
        NodeId id = NodeId.Worker(plan.WorkerCount + _joinCount++);
        cluster.Note(FaultKind.Join, id.ToString());
        cluster.Start(cluster.Add(id, new NodeClock(1, random.Milliseconds(0, 1000))));
    }

    private void PostToCoordinator(RoleInput input) => cluster.Post(cluster.Find(NodeId.Coordinator)!, input);

    private SimulatedNode? PickUp(Func<SimulatedNode, bool> isWanted)
    {
        SimulatedNode[] up = [.. cluster.Nodes.Where(n => n.IsUp && !n.HasStopped && isWanted(n))];
        return up.Length == 0 ? null : random.Pick(up);
    }

    private void Later(TimeSpan delay, Action action) => cluster.Agenda.After(delay, () =>
    {
        if (!_isHealed)
            action();
    });

    /// <summary>Log-uniform: short ones as likely as long ones.</summary>
    private TimeSpan Milliseconds(double least, double most) =>
        TimeSpan.FromMilliseconds(random.LogBetween(least, most));
}
