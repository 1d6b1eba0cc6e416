using System.Collections.Concurrent;
using System.Diagnostics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.InProcess;

/// <summary>
/// Hosts one role: a mailbox, the role's timer, its executor. Whoever posts to an idle actor runs it (see
/// <see cref="RunQueue"/>), so a hop between two actors is a method call and not a thread switch; the mailbox
/// sees to it that only one thread is inside at a time.
/// </summary>
internal sealed class Actor : IDisposable
{
    /// <summary>
    /// Far more than a correct protocol can have under way; past it something posts without end.
    /// </summary>
    private const int MailboxBound = 100_000;

    private readonly EngineRun _run;
    private readonly NodeId _node;
    private readonly Func<int, IRole> _createRole;
    private readonly ConcurrentQueue<RoleInput> _inbox = new();
    private readonly Outbox _outbox = new();
    private readonly ITimer _timer;

    // Inputs posted and not yet handled; 0 means that no thread is inside.
    private int _inboxLength;
    private int _incarnation;
    private IRole _role;
    private bool _isStopped;
    private IWorkExecutor? _executor;

    public Actor(EngineRun run, NodeId node, Func<int, IRole> createRole)
    {
        _run = run;
        _node = node;
        _createRole = createRole;
        _role = createRole(0);
        _timer = run.TimeProvider.CreateTimer(
            static actor => ((Actor)actor!).Post(new TimerFired()),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Delivers an input. Returns at once when another thread is inside, otherwise after the actor has taken
    /// it.
    /// </summary>
    public void Post(RoleInput input)
    {
        _inbox.Enqueue(input);
        int length = Interlocked.Increment(ref _inboxLength);
        if (length > MailboxBound)
        {
            _run.Fail(new InvalidOperationException(
                $"the mailbox of {_node} holds {length} inputs; the last is a {input.GetType().Name}"));
        }

        if (length == 1)
            RunQueue.Run(this);
    }

    /// <summary>
    /// Takes all inputs that are there. Only <see cref="RunQueue"/> calls it, after the length went from 0 to
    /// 1.
    /// </summary>
    public void Drain()
    {
        do
        {
            bool isThere = _inbox.TryDequeue(out RoleInput? input);
            Debug.Assert(isThere, "inputs are queued before they are counted");
            if (!_isStopped)
                Handle(input!);
        }
        while (Interlocked.Decrement(ref _inboxLength) > 0);
    }

    /// <summary>
    /// Does work on the calling thread and delivers its result. The role has at most one order under way.
    /// </summary>
    public void Execute(StartWork work)
    {
        RoleInput result;
        try
        {
            _executor ??= _run.CreateExecutor(_node, _incarnation);
            result = new WorkDone(work.WorkId, _executor.Execute(work.Order));
        }
#pragma warning disable CA1031 // whatever an executor throws is failed work, and the protocol decides about it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            result = new WorkFailed(work.WorkId, WorkError.From(exception));
        }

        Post(result);
    }

    /// <summary>Ends the actor; called when no work is under way.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _executor?.Dispose();
        _executor = null;
    }

    private void Handle(RoleInput input)
    {
#pragma warning disable CA1031 // a bug in a role must end the run with its stack trace, not hang it
        try
        {
            _role.Step(input, _run.Now, _outbox);
            foreach (Effect effect in _outbox.Effects)
                Do(effect);
        }
        catch (Exception exception)
        {
            _isStopped = true;
            _run.Fail(exception);
        }
#pragma warning restore CA1031
        _outbox.Clear();
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case SendMessage send: _run.Deliver(_node, send); break;
            case StartWork work: _run.Start(this, _node, work); break;
            case ArmTimer arm: _timer.Change(arm.Delay, Timeout.InfiniteTimeSpan); break;
            case RecordEvent record: _run.Record(_node, record.Event); break;
            case RestartNode: Restart(); break;
            case StopNode: _isStopped = true; break;
            case EndJob end: _run.End(end.Outcome); break;
            default: throw new UnreachableException($"effect {effect.GetType().Name}");
        }
    }

    private void Restart()
    {
        _executor?.Dispose();
        _executor = null;
        _incarnation++;
        _role = _createRole(_incarnation);
        Post(new Started());
    }
}
