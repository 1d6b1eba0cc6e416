using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Messages;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Wire;

namespace AkkaLstm.Engines.Sockets.Hosting;

/// <summary>
/// Hosts one incarnation of a role: a mailbox that one thread at a time empties, the role's timer, and a thread for
/// its work.
/// </summary>
internal sealed class RoleHost : IAsyncDisposable
{
    /// <summary>
    /// Messages of one peer that wait for the role, at most: far more than a correct peer has under way, which sends some
    /// for each shard of a step.
    /// </summary>
    internal const int MaxWaitingMessages = 10_000;

    /// <summary>How long <see cref="DisposeAsync"/> waits for work under way; work that hangs is left behind.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    private readonly IRole _role;
    private readonly Func<IWorkExecutor> _createExecutor;
    private readonly Action<SendMessage> _send;
    private readonly Action<JobEvent> _record;
    private readonly long _startTimestamp = Stopwatch.GetTimestamp();
    private readonly Outbox _outbox = new();
    private readonly TaskCompletionSource<RoleEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BlockingCollection<StartWork> _work = [];
    private readonly Thread _thread;
    private readonly Timer _timer;
    private readonly Task _stepping;

    // Bounded by peers; beside their messages there are the role's one timer, its one order, and what its host says.
    private readonly Channel<RoleInput> _inbox = Channel.CreateUnbounded<RoleInput>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly ConcurrentDictionary<NodeId, int> _waiting = new();

    /// <summary>Starts the role.</summary>
    /// <param name="name">Names the work's thread.</param>
    /// <param name="role">The role.</param>
    /// <param name="createExecutor">Makes its executor, on the work's thread.</param>
    /// <param name="send">Sends a message, without waiting.</param>
    /// <param name="record">Records an event.</param>
    public RoleHost(
        string name,
        IRole role,
        Func<IWorkExecutor> createExecutor,
        Action<SendMessage> send,
        Action<JobEvent> record)
    {
        (_role, _createExecutor, _send, _record) = (role, createExecutor, send, record);
        _timer = new Timer(_ => Post(new TimerFired()), null, Timeout.Infinite, Timeout.Infinite);
        _thread = new Thread(Work) { IsBackground = true, Name = $"work-{name}" };
        _thread.Start();
        Post(new Started());
        _stepping = Task.Run(StepAsync);
    }

    /// <summary>How the role ends; an exception is a bug in it or a broken sink.</summary>
    public Task<RoleEnd> End => _end.Task;

    /// <summary>Delivers a message of a peer.</summary>
    /// <exception cref="WireException">It sends faster than the role takes: more is a matter of its link.</exception>
    public void Deliver(NodeId from, Message message)
    {
        if (_waiting.AddOrUpdate(from, 1, static (_, count) => count + 1) > MaxWaitingMessages)
        {
            Taken(from);
            throw new WireException(WireError.Unexpected, $"{MaxWaitingMessages} messages of {from} wait to be looked at");
        }

        Post(new MessageReceived(from, message));
    }

    /// <summary>Delivers an input of the host.</summary>
    public void Post(RoleInput input) => _inbox.Writer.TryWrite(input);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult(new RoleStopped(StopCause.Told, "its host was closed"));
        _inbox.Writer.TryComplete();
        await _timer.DisposeAsync();
        _work.CompleteAdding();
        await _stepping;
        await Task.Run(() => _thread.Join(ShutdownTimeout));
    }

    private async Task StepAsync()
    {
        while (await _inbox.Reader.WaitToReadAsync())
        {
            while (_inbox.Reader.TryRead(out RoleInput? input))
            {
                if (input is MessageReceived message)
                    Taken(message.From);
                if (!_end.Task.IsCompleted)
                    Step(input);
            }
        }
    }

    private void Taken(NodeId from) => _waiting.AddOrUpdate(from, 0, static (_, count) => count - 1);

    private void Step(RoleInput input)
    {
#pragma warning disable CA1031 // a bug in a role must end the run with its stack trace, not hang it
        try
        {
            _role.Step(input, Stopwatch.GetElapsedTime(_startTimestamp), _outbox);
            foreach (Effect effect in _outbox.Effects)
                Do(effect);
        }
        catch (Exception exception)
        {
            _end.TrySetException(exception);
        }
#pragma warning restore CA1031
        _outbox.Clear();
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case SendMessage send: _send(send); break;
            case StartWork work: _work.Add(work); break;
            case ArmTimer arm: _timer.Change(arm.Delay, Timeout.InfiniteTimeSpan); break;
            case RecordEvent record: _record(record.Event); break;
            case RestartNode: _end.TrySetResult(new RoleRestarts()); break;
            case StopNode stop: _end.TrySetResult(new RoleStopped(stop.Cause, stop.Reason)); break;
            case EndJob end: _end.TrySetResult(new JobOver(end.Outcome)); break;
            default: throw new UnreachableException($"effect {effect.GetType().Name}");
        }
    }

    /// <summary>The role has at most one order under way.</summary>
    private void Work()
    {
        IWorkExecutor? executor = null;
        foreach (StartWork work in _work.GetConsumingEnumerable())
        {
            RoleInput result;
            try
            {
                executor ??= _createExecutor();
                result = new WorkDone(work.WorkId, executor.Execute(work.Order));
            }
#pragma warning disable CA1031 // whatever an executor throws is failed work, and the protocol decides about it
            catch (Exception exception)
#pragma warning restore CA1031
            {
                result = new WorkFailed(work.WorkId, WorkError.From(exception));
            }

            Post(result);
        }

        executor?.Dispose();
    }
}
