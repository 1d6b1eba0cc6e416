using System.Net;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Sockets.Links;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Sockets.Tests;

/// <summary>A coordinator and its members in one process, over TCP.</summary>
internal sealed class LoopbackCluster(EngineRequest request, LinkOptions? links = null) : IAsyncDisposable
{
    private static readonly string Hash = new('a', 64);

    private readonly LinkOptions _links = links ?? new LinkOptions();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task<MemberOutcome>> _members = [];

    /// <summary>What was noticed.</summary>
    public List<string> Notices { get; } = [];

    /// <summary>Where the coordinator listens.</summary>
    public IPEndPoint? Coordinator { get; private set; }

    public Task<JobOutcome> RunAsync() => SocketsEngine.RunAsync(
        new SocketsJob(
            request.Job, Hash, Hash, request.Executors, request.Codec, request.Policy, request.Events,
            name => throw new FileNotFoundException($"there is no {name}")),
        new SocketsOptions
        {
            Shape = new ClusterShape(request.ServerCount),
            Protocol = request.Protocol,
            Links = _links,
            Listening = StartMembers,
            Notice = Note,
        },
        request.Stop);

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
            (_, _) => Task.FromResult(new MemberJob(
                request.Job.RunId, Hash, Hash, request.Protocol, request.Executors, request.Codec)),
            new MemberOptions
            {
                Role = role, Coordinator = Coordinator!, Index = index, Links = _links, Notice = Note, Events = request.Events,
            },
            CancellationToken.None,
            _stop.Token));
        _members.Add(member);
        return member;
    }

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
        lock (Notices)
            Notices.Add(text);
    }
}
