using System.Buffers;
using System.Net;
using System.Net.Sockets;
using AkkaLstm.Engines.Akka.Nodes;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Connections;
using AkkaLstm.Wire.Handshakes;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Engines.Akka.Tests.Nodes;

/// <summary>Nodes that leave, die without a word, or do not belong; the result has the bits of one process all the same.</summary>
public sealed class ClusterFailureTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);
    private static readonly string OtherPlan = new('b', 64);
    private static readonly ExactModel Model = new(ParameterCount: 37);

    private static readonly JobDescription Job = new()
    {
        RunId = "failures",
        ShardCount = 8,
        StepsPerEpoch = 60,
        EpochCount = 2,
        ValidationShardCount = 4,
        Checkpoints = new CheckpointSchedule { EverySteps = 10, AtEpochEnd = true },
    };

    private readonly ExactStore _store = new();
    private readonly EventLog _log = new();

    [Fact]
    public async Task Candidate_LeavesInMidJob_AnotherGoesOnFromWhatTheServersHold()
    {
        using var leave = new CancellationTokenSource();
        AtStep(20, leave.Cancel);
        await using LoopbackCluster cluster = Create();
        await StartCandidatesAsync(cluster, leave.Token);
        cluster.StartMembers();

        Assert.Equal(NodeEndKind.Left, (await cluster.EndOfAsync(0, Timeout)).Kind);
        NodeEnd second = await cluster.EndOfAsync(1, Timeout);

        await AssertSameBitsAsync(second);
        Assert.Equal(2, cluster.Terms);
        Assert.Equal([1, 2], _log.Of<GenerationStarted>().Select(e => e.Fence.Term));
    }

    [Fact]
    public async Task Candidate_LeavesAlone_StopsTheJobWithACheckpoint()
    {
        using var leave = new CancellationTokenSource();
        AtStep(20, leave.Cancel);
        await using LoopbackCluster cluster = Create();
        cluster.StartCandidate(0, leave.Token);
        cluster.StartMembers();

        NodeEnd end = await cluster.EndOfAsync(0, Timeout);

        Assert.Equal((NodeEndKind.JobEnded, JobOutcomeKind.Stopped), (end.Kind, end.Outcome!.Kind));
        Assert.NotNull(end.Outcome.CheckpointId);
    }

    [Fact]
    public async Task Candidate_StartsAfterTheJobIsComplete_EndsAndSaysSo()
    {
        await using LoopbackCluster cluster = Create(isComplete: true);
        cluster.StartCandidate(1, CancellationToken.None);

        NodeEnd end = await cluster.EndOfAsync(0, Timeout);

        Assert.Equal((NodeEndKind.JobEndedElsewhere, "the job is complete"), (end.Kind, end.Reason));
        Assert.Equal(0, cluster.Terms);
    }

    [Fact]
    public async Task Candidate_FirstSeedNeverComes_TheSecondBeginsTheClusterAndRunsTheJob()
    {
        await using LoopbackCluster cluster = Create(noClusterTimeout: TimeSpan.FromSeconds(1));
        cluster.StartCandidate(1, CancellationToken.None);
        cluster.StartMembers();

        await AssertSameBitsAsync(await cluster.EndOfAsync(0, Timeout));

        Assert.Contains(cluster.Notices, n => n.EndsWith("no seed has begun a cluster; beginning it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Candidate_StopsWithoutAWord_AnotherGoesOn()
    {
        await using LoopbackCluster cluster = Create();
        AtStep(20, () => cluster.Candidates[0].Stop.Cancel());
        await StartCandidatesAsync(cluster, CancellationToken.None);
        cluster.StartMembers();

        NodeEnd second = await cluster.EndOfAsync(1, Timeout);

        await AssertSameBitsAsync(second);
        Assert.Equal(2, cluster.Terms);
    }

    [Fact]
    public async Task Candidate_JobEnds_TheOneThatStandsByEndsToo()
    {
        await using LoopbackCluster cluster = Start();

        NodeEnd first = await cluster.EndOfAsync(0, Timeout);
        NodeEnd second = await cluster.EndOfAsync(1, Timeout);

        await AssertSameBitsAsync(first);
        Assert.Equal(NodeEndKind.JobEndedElsewhere, second.Kind);
        Assert.Equal(1, cluster.Terms);
    }

    [Fact]
    public async Task Worker_StopsWithoutAWord_ItsTasksGoToOthers()
    {
        LoopbackCluster? cluster = null;
        OnceJoined(3, () =>
        {
            // The coordinator waits, so that the job is not over before the worker is.
            (Task<NodeEnd> end, CancellationTokenSource stop) = cluster!.Workers[1];
            stop.Cancel();
            Assert.True(end.ContinueWith(_ => { }, TaskScheduler.Default).Wait(Timeout));
        });
        cluster = Start();
        await using LoopbackCluster _ = cluster;

        await AssertSameBitsAsync(await cluster.EndOfAsync(0, Timeout));

        Assert.Contains(_log.Of<NodeLost>(), lost => lost.Node == NodeId.Worker(1));
    }

    [Fact]
    public async Task Worker_IsAskedToLeave_IsLetGo()
    {
        using var leave = new CancellationTokenSource();
        OnceJoined(4, leave.Cancel);
        await using LoopbackCluster cluster = Start();
        (Task<NodeEnd> end, _) = cluster.StartMember(NodeRole.Worker, index: null, leave: leave.Token);

        NodeEnd left = await end.WaitAsync(Timeout);
        await AssertSameBitsAsync(await cluster.EndOfAsync(0, Timeout));

        Assert.Equal(NodeEndKind.Stopped, left.Kind);
    }

    [Fact]
    public async Task Server_StopsWithoutAWord_AnotherTakesItsSeatFromTheCheckpoint()
    {
        LoopbackCluster? cluster = null;
        AtStep(25, () =>
        {
            cluster!.Servers[1].Stop.Cancel();
            cluster.StartMember(NodeRole.Server, index: null);
        });
        cluster = Start();
        await using LoopbackCluster _ = cluster;

        await AssertSameBitsAsync(await cluster.EndOfAsync(0, Timeout));

        Assert.Contains(_log.Of<GenerationStarted>(), e => e.Fence.Generation > 1);
    }

    [Fact]
    public async Task Member_WithAnotherPlan_IsTurnedAwayWithTheReasonAfterThreeTries()
    {
        Task<NodeEnd>? end = null;
        int opened = 0;
        AtStep(20, () => Assert.True(end!.Wait(Timeout))); // the job must not be over before
        await using LoopbackCluster cluster = Create();
        (end, _) = cluster.StartMember(NodeRole.Worker, index: null, () =>
        {
            opened++;
            return cluster.Job with { PlanHash = OtherPlan };
        });
        cluster.StartCandidate(0, CancellationToken.None);
        cluster.StartMembers();

        NodeEnd turnedAway = await end.WaitAsync(Timeout);
        await AssertSameBitsAsync(await cluster.EndOfAsync(0, Timeout));

        Assert.Equal((NodeEndKind.TurnedAway, 3), (turnedAway.Kind, opened));
        Assert.Contains("the plan here is aaaaaaaaaaaa", turnedAway.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_PortForTensorsIsTaken_EndsAndSaysSo()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using LoopbackCluster cluster = Create();
        cluster.StartCandidate(0, CancellationToken.None);

        (Task<NodeEnd> end, _) = cluster.StartMember(
            NodeRole.Server, index: 0, tensorPort: ((IPEndPoint)other.LocalEndpoint).Port);

        await Assert.ThrowsAsync<ListenException>(() => end.WaitAsync(Timeout));
    }

    [Fact]
    public async Task Members_FirstJobIsNotTheCoordinators_TakePartInTheSecondWithNothingOfTheFirst()
    {
        await using LoopbackCluster cluster = Create();
        cluster.StartCandidate(0, CancellationToken.None);
        cluster.StartMember(NodeRole.Server, index: null, Open(), FreePort.Next());
        cluster.StartMember(NodeRole.Server, index: null, Open(), FreePort.Next());
        cluster.StartMember(NodeRole.Worker, index: null, Open());

        await AssertSameBitsAsync(await cluster.EndOfAsync(0, Timeout));

        Func<MemberJob> Open()
        {
            int opened = 0;
            return () => opened++ == 0 ? cluster.Job with { PlanHash = OtherPlan, Codec = new OtherCodec() } : cluster.Job;
        }
    }

    [Fact]
    public async Task Knock_OfAnotherProtocolVersion_IsRefusedAtTheDoor()
    {
        await using LoopbackCluster cluster = Start();
        byte[] greeting = HandshakeCodec.Encode(new Greeting(
            WireLimits.ProtocolVersion + 1, "", "", "", NodeId.Worker(0), NodeInstance.New(), WireChannel.Files));

        byte[] answer = await cluster.KnockAsync(greeting).WaitAsync(Timeout);

        var refused = Assert.IsType<GreetingRefused>(HandshakeCodec.DecodeReply(new ReadOnlySequence<byte>(answer)));
        Assert.Equal(RefusalReason.ProtocolVersion, refused.Why);
        await AssertSameBitsAsync(await cluster.EndOfAsync(0, Timeout));
    }

    /// <summary>Of a job that is none of this coordinator's.</summary>
    private sealed class OtherCodec : IPayloadCodec
    {
        public IReadOnlyList<ReadOnlyMemory<float>> ValuesOf(Payload payload, PayloadPlace place) =>
            throw new InvalidOperationException("a payload of another job");

        public PayloadIntake Expect(PayloadPlace place) => throw new InvalidOperationException("a payload of another job");
    }

    private void AtStep(long step, Action act)
    {
        int done = 0;
        _log.OnEvent = e =>
        {
            if (e is StepClosed closed && closed.Fence.Step == step && Interlocked.Exchange(ref done, 1) == 0)
                act();
        };
    }

    /// <summary>Does something after the first step at which so many workers are there; steps before it are slow, so that
    /// the job is not over when the last one comes.</summary>
    private void OnceJoined(int workerCount, Action act)
    {
        int done = 0;
        _log.OnEvent = e =>
        {
            if (e is not StepClosed || Volatile.Read(ref done) == 1)
                return;
            if (_log.Of<WorkerJoined>().Count < workerCount)
                Thread.Sleep(100);
            else if (Interlocked.Exchange(ref done, 1) == 0)
                act();
        };
    }

    /// <summary>Both candidates and all members, in whichever order they come.</summary>
    private LoopbackCluster Start()
    {
        LoopbackCluster cluster = Create();
        cluster.StartCandidate(0, CancellationToken.None);
        cluster.StartCandidate(1, CancellationToken.None);
        cluster.StartMembers();
        return cluster;
    }

    /// <summary>Returns when both are members: what is done to the first concerns the second only then.</summary>
    private static async Task StartCandidatesAsync(LoopbackCluster cluster, CancellationToken leave)
    {
        cluster.StartCandidate(0, leave);
        cluster.StartCandidate(1, CancellationToken.None);
        await Task.WhenAll(cluster.JoinedAsync(0), cluster.JoinedAsync(1)).WaitAsync(Timeout, CancellationToken.None);
    }

    private LoopbackCluster Create(bool isComplete = false, TimeSpan? noClusterTimeout = null)
    {
        var request = new EngineRequest(
            Job,
            new ExactFactory(Model, _store),
            new ExactCodec(Model),
            new ExactPolicy(),
            WorkerCount: 3,
            ServerCount: 2,
            new ProtocolOptions { GatherGrace = TimeSpan.FromSeconds(1), RepeatInterval = TimeSpan.FromSeconds(1) },
            _log,
            CancellationToken.None);
        return new LoopbackCluster(request, candidates: 2, heartbeatPause: TimeSpan.FromSeconds(4))
        {
            IsComplete = isComplete,
            NoClusterTimeout = noClusterTimeout ?? TimeSpan.FromSeconds(15),
        };
    }

    private async Task AssertSameBitsAsync(NodeEnd end)
    {
        Assert.Equal(NodeEndKind.JobEnded, end.Kind);
        Assert.Equal(JobOutcomeKind.Completed, end.Outcome!.Kind);
        var store = new ExactStore();
        JobOutcome alone = await Local.LocalEngine.RunAsync(
            Job, new ExactFactory(Model, store), new ExactPolicy(), new Local.LocalEngineOptions(), new EventLog(), default);
        Assert.Equal(store[alone.CheckpointId!].Fingerprint, _store[end.Outcome.CheckpointId!].Fingerprint);
    }
}
