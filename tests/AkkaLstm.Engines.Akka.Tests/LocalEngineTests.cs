using AkkaLstm.Engines.Akka.Local;
using AkkaLstm.Engines.Conformance;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using Xunit.Abstractions;

namespace AkkaLstm.Engines.Akka.Tests;

public sealed class LocalEngineTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static readonly JobDescription Job = new()
    {
        RunId = "run",
        ShardCount = 4,
        StepsPerEpoch = 1000,
        EpochCount = 1,
        Checkpoints = new CheckpointSchedule { Every = null, AtEpochEnd = false },
    };

    /// <summary>What a step costs in actors alone; docs/AKKA.md has figures of a quiet machine.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    public async Task RunAsync_NextToNoMathematics_AStepCostsLittle(int workers, int servers)
    {
        var log = new EventLog();

        await RunAsync(log, workers, servers);

        double[] steps = [.. log.Of<StepClosed>().Select(e => e.Duration.TotalMicroseconds).Order()];
        output.WriteLine($"{workers} workers, {servers} servers: median {steps[steps.Length / 2]:F1} us a step");
        Assert.Equal(1000, steps.Length);
        Assert.InRange(steps[steps.Length / 2], 0, 20_000);
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

        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(log, 2, 1));

        Assert.Equal("broken sink", exception.Message);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task RunAsync_NoWorkersOrServers_Throws(int workers, int servers) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RunAsync(new EventLog(), workers, servers));

    private static Task<JobOutcome> RunAsync(EventLog log, int workerCount, int serverCount)
    {
        var factory = new ExactFactory(new ExactModel(2), new ExactStore());
        var options = new LocalEngineOptions { WorkerCount = workerCount, ServerCount = serverCount };
        return LocalEngine.RunAsync(Job, factory, new ExactPolicy(), options, log, CancellationToken.None)
            .WaitAsync(Timeout, CancellationToken.None);
    }
}
