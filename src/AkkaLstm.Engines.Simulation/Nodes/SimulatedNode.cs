using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation;

/// <summary>A process that hosts one role: up or down, stopped or paused, fast or slow.</summary>
internal sealed class SimulatedNode(NodeId id, int host, string name, Func<int, IRole> createRole, NodeClock clock)
{
    // Work under way, in order of start.
    private readonly List<StartWork> _running = [];

    /// <summary>Its address; a second coordinator has the same.</summary>
    public NodeId Id { get; } = id;

    /// <summary>Where it runs; no two nodes share a host.</summary>
    public int Host { get; } = host;

    /// <summary>For traces.</summary>
    public string Name { get; } = name;

    /// <summary>Its clock goes on when it is down.</summary>
    public NodeClock Clock { get; } = clock;

    /// <summary>How many times as long its work and its handling of messages take.</summary>
    public double Slowness { get; set; } = 1;

    /// <summary>Counts its restarts.</summary>
    public int Incarnation { get; private set; } = -1;

    /// <summary>The role of this incarnation; null before the first.</summary>
    public IRole? Role { get; private set; }

    /// <summary>The executor of this incarnation, made when it is needed first.</summary>
    public IWorkExecutor? Executor { get; set; }

    /// <summary>Whether it takes inputs, at once or after a pause.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Whether its role has stopped it for good, or the job is over for it.</summary>
    public bool HasStopped { get; set; }

    /// <summary>Whether it is held (SIGSTOP): inputs wait in the mailbox.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Inputs that wait for the end of a pause.</summary>
    public List<RoleInput> Mailbox { get; } = [];

    /// <summary>Counts settings of the timer: an earlier one does not fire.</summary>
    public long TimerVersion { get; set; }

    /// <summary>Work under way.</summary>
    public IReadOnlyList<StartWork> Running => _running;

    /// <summary>Begins the next incarnation.</summary>
    public void Begin()
    {
        End();
        Incarnation++;
        Role = createRole(Incarnation);
        (IsUp, HasStopped) = (true, false);
    }

    /// <summary>The process is gone, with all that it held.</summary>
    public void End()
    {
        IsUp = false;
        IsPaused = false;
        Mailbox.Clear();
        TimerVersion++;
        _running.Clear();
        Executor?.Dispose();
        Executor = null;
    }

    /// <summary>Work begins.</summary>
    public void AddRunning(StartWork work) => _running.Add(work);

    /// <summary>Work ends; false when its process has gone meanwhile.</summary>
    public bool RemoveRunning(StartWork work)
    {
        // By reference: another incarnation may have started equal work.
        int index = _running.FindIndex(running => ReferenceEquals(running, work));
        if (index >= 0)
            _running.RemoveAt(index);
        return index >= 0;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
