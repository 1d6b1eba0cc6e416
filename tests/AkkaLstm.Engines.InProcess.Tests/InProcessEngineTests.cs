using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using Xunit.Abstractions;

namespace AkkaLstm.Engines.InProcess.Tests;

public sealed class InProcessEngineTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static readonly JobDescription Job = new()
    {
        RunId = "run",
        ShardCount = 4,
        StepsPerEpoch = 3000,
        EpochCount = 1,
        Checkpoints = new CheckpointSchedule { Every = null, AtEpochEnd = false },
    };

    /// <summary>
    /// The promise is 0.2 ms a step; the bound leaves room for a busy machine. docs/PROTOCOL.md has measured
    /// numbers.
    /// </summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    public async Task RunAsync_NextToNoMathematics_AStepCostsLittle(int workers, int servers)
    {
        var log = new EventLog();

        await RunAsync(new ExactFactory(new ExactModel(2), new ExactStore()), log, workers, servers);

        double[] steps = [.. log.Of<StepClosed>().Select(e => e.Duration.TotalMicroseconds).Order()];
        output.WriteLine($"{workers} workers, {servers} servers: median {steps[steps.Length / 2]:F1} us a step");
        Assert.Equal(3000, steps.Length);
        Assert.InRange(steps[steps.Length / 2], 0, 2000);
    }

    [Fact]
    public async Task RunAsync_WorkersMathematics_StaysOnOneThreadEach()
    {
        var threads = new HashSet<(int Worker, int Thread)>();
        var factory = new ExactFactory(new ExactModel(2), new ExactStore())
        {
            Before = (node, _, order) =>
            {
                if (order is not ComputeShards)
                    return;
                lock (threads)
                    threads.Add((node.Index, Environment.CurrentManagedThreadId));
            },
        };

        await RunAsync(factory, new EventLog(), workerCount: 3, serverCount: 2);

        Assert.Equal([0, 1, 2], threads.Select(t => t.Worker).Order());
        Assert.Equal(3, threads.Select(t => t.Thread).Distinct().Count());
    }

    [Fact]
    public async Task RunAsync_EventSinkThrows_EndsWithItsException()
    {
        var log = new EventLog
        {
            OnEvent = e =>
            {
                if (e is StepClosed { Fence.Step: 5 })
                    throw new InvalidDataException("broken sink");
            },
        };

        var exception = await Assert.ThrowsAsync<InvalidDataException>(
            () => RunAsync(new ExactFactory(new ExactModel(2), new ExactStore()), log, 2, 1));

        Assert.Equal("broken sink", exception.Message);
    }

    [Fact]
    public async Task RunAsync_StopRequestedBeforeTheStart_EndsStopped()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        JobOutcome outcome = await RunAsync(
            new ExactFactory(new ExactModel(2), new ExactStore()), new EventLog(), 1, 1, stop.Token);

        Assert.Equal(JobOutcomeKind.Stopped, outcome.Kind);
    }

    [Fact]
    public async Task RunAsync_Ended_HasDisposedEveryExecutor()
    {
        var factory = new CountingFactory();

        await RunAsync(factory, new EventLog(), 3, 2);

        Assert.Equal((6, 6), (factory.Created, factory.Disposed)); // 3 workers, 2 servers, the coordinator's last checkpoint
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task RunAsync_NoWorkersOrServers_Throws(int workers, int servers) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => RunAsync(new CountingFactory(), new EventLog(), workers, servers));

    private static Task<JobOutcome> RunAsync(
        IWorkExecutorFactory factory, EventLog log, int workerCount, int serverCount, CancellationToken stop = default)
    {
        var options = new EngineOptions { WorkerCount = workerCount, ServerCount = serverCount };
        return InProcessEngine.RunAsync(Job, factory, new ExactPolicy(), options, log, stop)
            .WaitAsync(Timeout, CancellationToken.None);
    }

    private sealed class CountingFactory : IWorkExecutorFactory
    {
        private readonly ExactStore _store = new();
        private int _created;
        private int _disposed;

        public int Created => _created;

        public int Disposed => _disposed;

        public IWorkExecutor Create(NodeId node, int incarnation)
        {
            Interlocked.Increment(ref _created);
            return new Counted(this, new ExactExecutor(new ExactModel(2), _store));
        }

        private sealed class Counted(CountingFactory owner, ExactExecutor inner) : IWorkExecutor
        {
            public WorkResult Execute(WorkOrder order) => inner.Execute(order);

            public void Dispose()
            {
                Interlocked.Increment(ref owner._disposed);
                inner.Dispose();
            }
        }
    }
}
