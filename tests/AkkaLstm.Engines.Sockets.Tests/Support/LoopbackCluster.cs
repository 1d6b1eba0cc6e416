using System.Net;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Sockets.Coordination;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Sockets.Tests.Support;

/// <summary>A coordinator and its members in one process, over TCP.</summary>
internal sealed class LoopbackCluster(EngineRequest request) : IAsyncDisposable
{
    private static readonly string Hash = new('a', 64);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task<MemberOutcome>> _members = [];
    private readonly List<string> _notices = [];

    /// <summary>Connections of the nodes of a role.</summary>
    public Func<NodeRole, LinkOptions> Links { get; init; } = _ => new LinkOptions();

    /// <summary>Changes how a member takes part.</summary>
    public Func<MemberOptions, MemberOptions> Configure { get; init; } = options => options;

    /// <summary>What was noticed so far.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            lock (_notices)
                return [.. _notices];
        }
    }

    /// <summary>How those that were started end.</summary>
    public IReadOnlyList<Task<MemberOutcome>> Members => _members;

    /// <summary>Where the coordinator listens.</summary>
    public IPEndPoint? Coordinator { get; private set; }

    /// <summary>Runs the job to its end.</summary>
    public Task<JobOutcome> RunAsync() => SocketsEngine.RunAsync(Job(request), Options(StartMembers), request.Stop);

    /// <summary>A coordinator that is the test's own, at the address of the one before; only the first starts members.</summary>
    public SocketsCoordinator Coordinate(EngineRequest other) => new(
        Job(other), Options(Coordinator is null ? StartMembers : _ => { }) with { Listen = Coordinator ?? new(IPAddress.Loopback, 0) });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Task.WhenAll(_members)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>Adds a member.</summary>
    public Task<MemberOutcome> Start(NodeRole role, int? index)
    {
        Task<MemberOutcome> member = Task.Run(() => SocketsMember.RunAsync(
            (_, _) => Task.FromResult(JobOf(request)),
            Configure(new MemberOptions
            {
                Role = role,
                Coordinator = Coordinator!,
                Index = index,
                Links = Links(role),
                Notice = Note,
                Events = request.Events,
            }),
            CancellationToken.None,
            _stop.Token));
        _members.Add(member);
        return member;
    }

    /// <summary>A request's job as a member has it.</summary>
    public static MemberJob JobOf(EngineRequest request) =>
        new(request.Job.RunId, Hash, Hash, request.Protocol, request.Executors, request.Codec);

    private static CoordinatorJob Job(EngineRequest request) => new(
        request.Job, Hash, Hash, request.Executors, request.Codec, request.Policy, request.Events,
        name => throw new FileNotFoundException($"there is no {name}"));

    private SocketsOptions Options(Action<IPEndPoint> listening) => new()
    {
        Shape = new ClusterShape(request.ServerCount),
        Protocol = request.Protocol,
        Links = Links(NodeRole.Coordinator),
        Listening = listening,
        Notice = Note,
    };

    private void StartMembers(IPEndPoint coordinator)
    {
        Coordinator = coordinator;
        for (int i = 0; i < request.ServerCount; i++)
            _ = Start(NodeRole.Server, i);
        for (int i = 0; i < request.WorkerCount; i++)
            _ = Start(NodeRole.Worker, i);
    }

    private void Note(string text)
    {
        lock (_notices)
            _notices.Add(text);
    }
}
