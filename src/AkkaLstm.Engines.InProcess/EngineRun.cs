using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.InProcess;

/// <summary>One run of a job: its actors, threads, clock and end.</summary>
internal sealed class EngineRun : IDisposable
{
    private readonly IWorkExecutorFactory _executors;
    private readonly IEventSink _events;
    private readonly Lock _eventLock = new();
    private readonly long _startTimestamp;
    private readonly TaskCompletionSource<JobOutcome> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ComputeThreads _threads;
    private readonly Actor _coordinator;
    private readonly Actor[] _servers;
    private readonly Actor[] _workers;

    // The checkpoint that is being written, or was last.
    private Task _background = Task.CompletedTask;

    public EngineRun(
        JobDescription job,
        IWorkExecutorFactory executors,
        IJobPolicy policy,
        EngineOptions options,
        IEventSink events)
    {
        _executors = executors;
        _events = events;
        TimeProvider = options.TimeProvider;
        _startTimestamp = TimeProvider.GetTimestamp();
        ProtocolOptions protocol = options.Protocol;
        _coordinator = new Actor(
            this, NodeId.Coordinator, _ => new Coordinator(job, policy, options.Shape, protocol));
        _servers = CreateActors(
            options.Shape.SeatCount, NodeId.Server, incarnation => new ParameterServer(job.RunId, incarnation, protocol));
        _workers = CreateActors(
            options.WorkerCount, NodeId.Worker, incarnation => new Worker(job.RunId, incarnation, protocol));
        _threads = new ComputeThreads(Math.Max(options.WorkerCount, options.ServerCount));
    }

    public TimeProvider TimeProvider { get; }

    /// <summary>Time since the run began.</summary>
    public TimeSpan Now => TimeProvider.GetElapsedTime(_startTimestamp);

    public async Task<JobOutcome> RunAsync(CancellationToken stop)
    {
        foreach (Actor actor in AllActors)
            actor.Post(new Started());
        JobOutcome outcome;
        await using (stop.Register(() => _coordinator.Post(new StopRequested())))
            outcome = await _end.Task;
        return outcome;
    }

    public IWorkExecutor CreateExecutor(NodeId node, int incarnation) => _executors.Create(node, incarnation);

    public void Deliver(NodeId from, SendMessage send) =>
        ActorOf(send.To).Post(new MessageReceived(from, send.Message));

    public void Start(Actor actor, NodeId node, StartWork work)
    {
        switch (node.Role)
        {
            case NodeRole.Worker:
                _threads.Start(node.Index, actor, work);
                break;
            case NodeRole.Server:
                _threads.StartAnywhere(actor, work);
                break;
            default:
                // Disk work blocks its thread for long: not one of the compute threads.
                _background = Task.Factory.StartNew(
                    () => actor.Execute(work),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default);
                break;
        }
    }

    public void Record(NodeId source, JobEvent what)
    {
        lock (_eventLock)
            _events.Record(Now, source, what);
    }

    public void End(JobOutcome outcome) => _end.TrySetResult(outcome);

    /// <summary>A bug or a broken sink: ends the run with the exception.</summary>
    public void Fail(Exception exception) => _end.TrySetException(exception);

    /// <summary>Waits for work under way, within a bound, and frees everything.</summary>
    public void Dispose()
    {
        bool haveThreadsEnded = _threads.Close();
        bool hasBackgroundEnded = _background.Wait(TimeSpan.FromSeconds(30));

        // Executors that still work are left to them: freeing their buffers would crash what hangs already.
        if (haveThreadsEnded)
        {
            _threads.Dispose();
            foreach (Actor actor in _servers.Concat(_workers))
                actor.Dispose();
        }

        if (hasBackgroundEnded)
            _coordinator.Dispose();
    }

    private IEnumerable<Actor> AllActors => _servers.Concat(_workers).Prepend(_coordinator);

    private Actor[] CreateActors(int count, Func<int, NodeId> nodeOf, Func<int, IRole> createRole) =>
        [.. Enumerable.Range(0, count).Select(index => new Actor(this, nodeOf(index), createRole))];

    private Actor ActorOf(NodeId node) => node.Role switch
    {
        NodeRole.Worker => _workers[node.Index],
        NodeRole.Server => _servers[node.Index],
        _ => _coordinator,
    };
}
