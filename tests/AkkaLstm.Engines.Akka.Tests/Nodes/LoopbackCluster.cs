using System.Net;
using Akka.Actor;
using AkkaLstm.Engines.Akka.Nodes;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Nodes;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Engines.Akka.Tests.Nodes;

/// <summary>
/// Candidates, servers and workers with an actor system each, all in this process, over the loopback device.
/// </summary>
internal sealed class LoopbackCluster : IAsyncDisposable
{
    private static readonly string Hash = new('a', 64);

    private readonly EngineRequest _request;
    private readonly string _config;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource[] _joined;
    private long _term;

    /// <summary>Takes ports; starts nothing.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="candidates">Processes that can be the coordinator.</param>
    /// <param name="heartbeatPause">Long where nobody is to be taken for dead: many systems share the cores of one
    /// machine here, which may be busy with other things besides.</param>
    public LoopbackCluster(EngineRequest request, int candidates, TimeSpan heartbeatPause)
    {
        _request = request;
        Ports = [.. Enumerable.Range(0, candidates).Select(_ => FreePort.Next())];
        _joined = [.. Ports.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        string seeds = string.Join(
            ", ", Ports.Select(port => $"\"akka.tcp://{ClusterNodeOptions.SystemName}@127.0.0.1:{port}\""));

        // Clusters of tests form and change within tens of milliseconds; what is decided is the same.
        _config = $$"""
            akka {
              loglevel = OFF
              cluster {
                seed-nodes = [{{seeds}}]
                gossip-interval = 50ms
                leader-actions-interval = 50ms
                unreachable-nodes-reaper-interval = 50ms
                periodic-tasks-initial-delay = 20ms
                failure-detector.acceptable-heartbeat-pause = {{heartbeatPause.TotalMilliseconds}}ms
                singleton.hand-over-retry-interval = 100ms
                singleton-proxy.singleton-identification-interval = 50ms
              }
            }
            """;
    }

    /// <summary>Akka ports of the candidates.</summary>
    public IReadOnlyList<int> Ports { get; }

    /// <summary>What candidates find in the run directory: whether the job is complete.</summary>
    public bool IsComplete { get; init; }

    /// <summary>How long candidates wait for a cluster before they do something about it.</summary>
    public TimeSpan NoClusterTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What was noticed.</summary>
    public List<string> Notices { get; } = [];

    /// <summary>The candidates, in the order of their start.</summary>
    public List<(Task<NodeEnd> End, CancellationTokenSource Stop)> Candidates { get; } = [];

    /// <summary>The servers, likewise.</summary>
    public List<(Task<NodeEnd> End, CancellationTokenSource Stop)> Servers { get; } = [];

    /// <summary>The workers, likewise.</summary>
    public List<(Task<NodeEnd> End, CancellationTokenSource Stop)> Workers { get; } = [];

    /// <summary>How often the job was opened.</summary>
    public long Terms => Interlocked.Read(ref _term);

    /// <summary>Starts the requested servers and workers.</summary>
    public void StartMembers()
    {
        for (int i = 0; i < _request.ServerCount; i++)
            StartMember(NodeRole.Server, i);
        for (int i = 0; i < _request.WorkerCount; i++)
            StartMember(NodeRole.Worker, i);
    }

    /// <summary>Starts a candidate.</summary>
    /// <param name="index">Which of the ports it has.</param>
    /// <param name="leave">Asks it to go.</param>
    public (Task<NodeEnd> End, CancellationTokenSource Stop) StartCandidate(int index, CancellationToken leave) =>
        Start(Candidates, stop => ClusterCandidate.RunAsync(
            new CandidateJob(
                async (engine, _) =>
                {
                    await engine(Open(), new ClusterShape(_request.ServerCount), _request.Protocol);
                    return true;
                },
                () => IsComplete),
            Options($"candidate {index}", Ports[index], null) with { Joined = () => _joined[index].TrySetResult() },
            leave,
            stop));

    /// <summary>Waits until a candidate is a member of the cluster.</summary>
    public Task JoinedAsync(int candidate) => _joined[candidate].Task;

    /// <summary>The job as members have it.</summary>
    public MemberJob Job => new(
        _request.Job.RunId, Hash, Hash, _request.Protocol, _request.Executors, _request.Codec);

    /// <summary>Starts a server or worker.</summary>
    /// <param name="role">Server or worker.</param>
    /// <param name="index">The seat that it asks for.</param>
    /// <param name="open">Makes a job ready; null for the one that there is.</param>
    /// <param name="tensorPort">Where a server takes values; 0 for a free port.</param>
    /// <param name="leave">Asks it to go.</param>
    public (Task<NodeEnd> End, CancellationTokenSource Stop) StartMember(
        NodeRole role, int? index, Func<MemberJob>? open = null, int tensorPort = 0, CancellationToken leave = default) =>
        Start(role == NodeRole.Server ? Servers : Workers, stop => ClusterMember.RunAsync(
            role,
            (_, _) => Task.FromResult(open is null ? Job : open()),
            Options($"{role} {index}", 0, index) with { TensorListen = new IPEndPoint(IPAddress.Loopback, tensorPort) },
            leave,
            stop));

    /// <summary>Waits for the end of a candidate; one that does not come fails with what the nodes have noticed.</summary>
    /// <param name="candidate">By the order of their start.</param>
    /// <param name="limit">How long it may take.</param>
    public async Task<NodeEnd> EndOfAsync(int candidate, TimeSpan limit)
    {
        await Task.WhenAny(Candidates[candidate].End, Task.Delay(limit));
        if (Candidates[candidate].End.IsCompleted)
            return await Candidates[candidate].End;
        lock (_gate)
            throw new TimeoutException($"candidate {candidate} did not end within {limit}: {string.Join('\n', Notices)}");
    }

    /// <summary>Knocks at the first candidate as a node would, until it answers.</summary>
    public async Task<byte[]> KnockAsync(byte[] greeting)
    {
        ActorSystem stranger = NodeSystem.Start(NodeRole.Worker, Options("stranger", 0, null));
        ActorSelection office = stranger.ActorSelection(
            $"akka.tcp://{ClusterNodeOptions.SystemName}@127.0.0.1:{Ports[0]}/user/{ClusterCandidate.ManagerName}/{ClusterCandidate.OfficeName}");
        try
        {
            while (true)
            {
                try
                {
                    return (await office.Ask<KnockAnswer>(new Knock(greeting), TimeSpan.FromMilliseconds(500))).Bytes;
                }
                catch (AskTimeoutException)
                {
                    // It has no office yet.
                }
            }
        }
        finally
        {
            await NodeSystem.EndAsync(stranger, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        (Task<NodeEnd> End, CancellationTokenSource Stop)[] all = [.. Candidates, .. Servers, .. Workers];
        foreach ((_, CancellationTokenSource stop) in all)
            await stop.CancelAsync();
        await ((Task)Task.WhenAll(all.Select(node => node.End))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private CoordinatorJob Open()
    {
        long term = Interlocked.Increment(ref _term);
        return new CoordinatorJob(
            _request.Job with { Term = term },
            Hash,
            Hash,
            _request.Executors,
            _request.Codec,
            _request.Policy,
            _request.Events,
            name => throw new FileNotFoundException($"there is no {name}"));
    }

    private (Task<NodeEnd> End, CancellationTokenSource Stop) Start(
        List<(Task<NodeEnd> End, CancellationTokenSource Stop)> nodes, Func<CancellationToken, Task<NodeEnd>> run)
    {
        var stop = new CancellationTokenSource();
        Task<NodeEnd> node = Task.Run(() => run(stop.Token));
        nodes.Add((node, stop));
        return (node, stop);
    }

    private ClusterNodeOptions Options(string name, int port, int? index) => new()
    {
        Config = $"{_config}\nakka.remote.dot-netty.tcp {{ hostname = 127.0.0.1, port = {port} }}",
        Index = index,
        NoClusterTimeout = NoClusterTimeout,
        LeaveGrace = TimeSpan.Zero,
        Events = _request.Events,
        Tensors = new TensorChannelOptions { Defect = e => Notice(name, e.ToString()) },
        Notice = text => Notice(name, text),
    };

    private void Notice(string name, string text)
    {
        lock (_gate)
            Notices.Add($"{DateTime.UtcNow:HH:mm:ss.fff} {name}: {text}");
    }
}
