using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Sockets.Tests.Support;

/// <summary>
/// A job that stands still in the middle until it is told to go on, so that something can happen to the cluster
/// meanwhile; with the result that it must have.
/// </summary>
internal sealed class PausedJob : IDisposable
{
    /// <summary>Bound of every wait in these tests.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(90);

    private const long PauseStep = 5;

    private static readonly ExactModel Model = new(ParameterCount: 37);

    private readonly ManualResetEventSlim _resume = new();
    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes the request.</summary>
    /// <param name="workers">Workers.</param>
    /// <param name="servers">Servers.</param>
    /// <param name="pauses">Whether it stands still at all.</param>
    /// <param name="protocol">Deadlines.</param>
    public PausedJob(int workers = 2, int servers = 2, bool pauses = true, ProtocolOptions? protocol = null)
    {
        if (!pauses)
            _resume.Set();
        Request = new EngineRequest(
            Job,
            new ExactFactory(Model, Store)
            {
                Before = (_, _, order) =>
                {
                    if (order is not ComputeShards { Fence.Step: >= PauseStep })
                        return;
                    _paused.TrySetResult();
                    if (!_resume.Wait(Wait))
                        throw new PermanentWorkException("the test did not go on");
                },
            },
            new ExactCodec(Model),
            new ExactPolicy(),
            workers,
            servers,
            protocol ?? new ProtocolOptions(),
            Log,
            CancellationToken.None);
    }

    private static JobDescription Job { get; } = new()
    {
        RunId = "paused",
        ShardCount = 8,
        StepsPerEpoch = 7,
        EpochCount = 3,
        ValidationShardCount = 4,
        Checkpoints = new CheckpointSchedule { AtEpochEnd = true },
    };

    public EventLog Log { get; } = new();

    public ExactStore Store { get; } = new();

    public EngineRequest Request { get; }

    /// <summary>Some steps are closed, and the next one stands still.</summary>
    public Task Paused => _paused.Task.WaitAsync(Wait);

    public void Resume() => _resume.Set();

    /// <summary>Holds the result against that of a cluster of one worker and one server to which nothing happens.</summary>
    public async Task AssertSameBitsAsync(JobOutcome outcome)
    {
        using var plain = new PausedJob(workers: 1, servers: 1, pauses: false);
        await using var cluster = new LoopbackCluster(plain.Request);
        JobOutcome expected = await cluster.RunAsync().WaitAsync(Wait);

        Assert.Equal(JobOutcomeKind.Completed, expected.Kind);
        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        Assert.Equal(plain.Store[expected.CheckpointId!].Fingerprint, Store[outcome.CheckpointId!].Fingerprint);
    }

    /// <summary>Steps that were closed, in order.</summary>
    public IReadOnlyList<long> ClosedSteps => [.. Log.Of<StepClosed>().Select(e => e.Fence.Step)];

    public void Dispose() => _resume.Dispose();
}
