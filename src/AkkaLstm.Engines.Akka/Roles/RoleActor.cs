using System.Diagnostics;
using Akka.Actor;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Roles;

namespace AkkaLstm.Engines.Akka.Roles;

/// <summary>
/// The shell of a role: receives inputs, steps the role, performs its effects. It holds nothing about training and
/// decides nothing. An exception out of a role is a mistake in the program, and its supervisor ends the node with it;
/// restarting is a decision of the protocol (<see cref="RestartNode"/>), not of a supervisor.
/// </summary>
internal abstract class RoleActor : UntypedActor, IWithTimers
{
    private const string TimerKey = "review";

    private readonly NodeId _node;
    private readonly RoleHost _host;
    private readonly Func<int, IRole> _createRole;
    private readonly Outbox _outbox = new();
    private readonly TimeSpan _origin;
    private int _incarnation;

    // Invariant: the role and the executor are of the same incarnation.
    private IRole _role;
    private IActorRef _executor;

    /// <summary>Creates the shell; it does nothing before it is told <see cref="Started"/>.</summary>
    /// <param name="node">Whose shell it is.</param>
    /// <param name="host">What surrounds it.</param>
    /// <param name="incarnation">Counts the processes that had the node's address before.</param>
    /// <param name="createRole">Makes the state machine of an incarnation.</param>
    protected RoleActor(NodeId node, RoleHost host, int incarnation, Func<int, IRole> createRole)
    {
        _incarnation = incarnation;
        _node = node;
        _host = host;
        _createRole = createRole;
        _origin = Context.System.Scheduler.HighResMonotonicClock;
        _role = createRole(incarnation);
        _executor = CreateExecutor();
    }

    /// <summary>Set by Akka.NET before the first message.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>
    /// The executor catches what work throws, so what arrives here is a mistake in the shell: it goes up to whoever
    /// runs the node.
    /// </summary>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(_ => Directive.Escalate);

    private TimeSpan Now => Context.System.Scheduler.HighResMonotonicClock - _origin;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            // What an earlier incarnation was at concerns nobody any more.
            case WorkDone or WorkFailed when !Sender.Equals(_executor): break;
            case RoleInput input: Step(input); break;
            default: Unhandled(message); break;
        }
    }

    private void Step(RoleInput input)
    {
        _role.Step(input, Now, _outbox);
        foreach (Effect effect in _outbox.Effects)
            Do(effect);
        _outbox.Clear();
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case SendMessage send: _host.Send(_node, send); break;
            case StartWork work: _executor.Tell(work); break;
            case ArmTimer arm: Timers.StartSingleTimer(TimerKey, new TimerFired(), arm.Delay); break;
            case RecordEvent record: _host.Record(Now, _node, record.Event); break;
            case RestartNode: Restart(); break;
            case StopNode stop:
                Context.Parent.Tell(new RoleStopped(stop.Cause, stop.Reason));
                Context.Stop(Self);
                break;
            case EndJob end: _host.End(end.Outcome); break;
            default: throw new UnreachableException($"effect {effect.GetType().Name}");
        }
    }

    private void Restart()
    {
        Context.Stop(_executor);
        _incarnation++;
        _role = _createRole(_incarnation);
        _executor = CreateExecutor();
        Self.Tell(new Started());
    }

    private IActorRef CreateExecutor()
    {
        int incarnation = _incarnation;
        return Context.ActorOf(
            ExecutorActor.Props(() => _host.CreateExecutor(_node, incarnation)), $"executor-{incarnation}");
    }
}
