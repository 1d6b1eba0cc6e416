using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// Nobody waits past its deadline. Looked at whenever a role has handled its timer: by then it must have made a
/// decision, or moved on, within the deadline of what it waits for. Times are those of the node's own clock, less
/// those in which it did not run at all.
/// </summary>
internal sealed class DeadlineChecker(SimulatedCluster cluster, ProtocolOptions options, int shardCount) : IClusterObserver
{
    /// <summary>After so many reviews without an input a node was not running.</summary>
    private const int MissedReviews = 4;

    private readonly Dictionary<(int Host, int Incarnation), Wait> _waits = [];
    private bool _isDropped;

    private sealed class Wait
    {
        /// <summary>When the node last decided something or changed its phase.</summary>
        public TimeSpan Since;

        /// <summary>When it last heard from a coordinator.</summary>
        public TimeSpan HeardAt;

        public CoordinatorPhase Phase;

        /// <summary>Longest time per shard that was reported to it.</summary>
        public TimeSpan Pace;

        /// <summary>What its clock showed at its last input.</summary>
        public TimeSpan Last;

        /// <summary>Time in which it ran: long gaps between its inputs count as one review.</summary>
        public TimeSpan Ran;
    }

    /// <inheritdoc/>
    public void OnInput(SimulatedNode node, RoleInput input)
    {
        _isDropped = false;
        Wait wait = WaitOf(node);
        TimeSpan gap = node.Clock.At(cluster.Agenda.Now) - wait.Last;
        wait.Last += gap;
        wait.Ran += gap > MissedReviews * options.ReviewInterval ? options.ReviewInterval : gap;
        switch (input)
        {
            case MessageReceived { Message: ShardReported report }:
                TimeSpan pace = report.Compute / report.Shards.Count;
                wait.Pace = pace > wait.Pace ? pace : wait.Pace;
                break;
            case MessageReceived { From.Role: NodeRole.Coordinator }:
                wait.HeardAt = wait.Ran;
                break;
        }
    }

    /// <inheritdoc/>
    public void OnEffect(SimulatedNode node, RoleInput cause, Effect effect)
    {
        _isDropped |= effect is RecordEvent { Event: InputDropped };

        // Asking again and dropping something decides nothing.
        if (effect is StartWork or RecordEvent { Event: not (InputDropped or RequestRepeated) })
            {
            Wait wait = WaitOf(node);
            wait.Since = wait.Ran;
        }
    }

    /// <inheritdoc/>
    public void OnHandled(SimulatedNode node, RoleInput input, int effectCount)
    {
        Wait wait = WaitOf(node);

        // An answer that is awaited is taken once in a round.
        bool isAnswer = input is MessageReceived { Message: ShardReported or SliceReduced };
        if (isAnswer && !_isDropped)
            wait.Since = wait.Ran;
        if (node.Role is Coordinator coordinator)
        {
            if (coordinator.Phase != wait.Phase)
                (wait.Phase, wait.Since) = (coordinator.Phase, wait.Ran);
            if (input is TimerFired)
                CheckCoordinator(node, wait);
        }
        else if (input is TimerFired)
        {
            CheckMember(node, wait);
        }
    }

    private void CheckCoordinator(SimulatedNode node, Wait wait)
    {
        TimeSpan waited = wait.Ran - wait.Since;
        if (wait.Phase != CoordinatorPhase.Done && waited > LimitOf(wait) + options.ReviewInterval)
            Checks.Late($"{node} has decided nothing for {waited} while {wait.Phase}");
    }

    private TimeSpan LimitOf(Wait wait) => wait.Phase switch
    {
        CoordinatorPhase.Gathering => options.GatherTimeout,
        CoordinatorPhase.Restoring or CoordinatorPhase.Applying or CoordinatorPhase.Snapshotting =>
            options.ServerLostTimeout,
        CoordinatorPhase.Syncing => options.ServerLostTimeout + options.GatherTimeout,
        CoordinatorPhase.AwaitingWorkers => options.MinWorkersTimeout,
        CoordinatorPhase.Draining =>
            2 * options.CheckpointAttempts * (options.CheckpointTimeout + options.CheckpointRetryInterval),
        _ => options.FirstTaskTimeout + options.MinTaskTimeout + options.WorkerLostTimeout
            + options.MinWorkersTimeout + options.ServerLostTimeout
            + (2 * options.OverdueFactor * shardCount * wait.Pace),
    };

    private void CheckMember(SimulatedNode node, Wait wait)
    {
        TimeSpan silence = wait.Ran - wait.HeardAt;
        bool isComputing = node.Role is Worker { Phase: WorkerPhase.Computing };
        if (!node.HasStopped && !isComputing && silence > options.CoordinatorLostTimeout + options.ReviewInterval)
            Checks.Late($"{node} has heard nothing for {silence} and goes on waiting");
    }

    private Wait WaitOf(SimulatedNode node)
    {
        (int, int) key = (node.Host, node.Incarnation);
        if (!_waits.TryGetValue(key, out Wait? wait))
            _waits[key] = wait = new Wait { Last = node.Clock.At(cluster.Agenda.Now) };
        return wait;
    }
}
