using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Conformance;

/// <summary>
/// What engines promise besides whose executors work on threads of their own: here work waits for something that
/// happens elsewhere meanwhile. Under a virtual clock on one thread nothing would.
/// </summary>
public abstract class WaitingWorkConformance : EngineConformance
{
    [Fact]
    public async Task RunAsync_WorkerHangs_OthersDoItsTasksAndItsLateAnswerChangesNothing()
    {
        string expected = await ExpectedAsync(Job);
        var store = new ExactStore();
        var log = new EventLog();
        using var release = new ManualResetEventSlim();
        log.OnEvent = e =>
        {
            if (e is StepClosed { Fence.Step: 7 })
                release.Set();
        };

        // With all three there and nothing measured yet, the first step gives each worker a share.
        ProtocolOptions protocol = Quick with { MinWorkers = 3 };
        JobOutcome outcome = await RunAsync(Job, store, 3, 2, log: log, protocol: protocol, before: (node, _, order) =>
        {
            if (node == NodeId.Worker(1) && order is ComputeShards { Fence.Step: 0 })
                Assert.True(release.Wait(Timeout), "the job went on without the hanging worker");
        });

        Assert.Contains(log.Of<WorkerOverdue>(), e => e.Worker == NodeId.Worker(1));
        Assert.NotEmpty(log.Of<TasksReassigned>());
        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
    }

    [Fact]
    public async Task RunAsync_DiskIsSlow_TrainingGoesOnAndTheLastStateIsWritten()
    {
        string expected = await ExpectedAsync(Job);
        var store = new ExactStore();
        var log = new EventLog();
        using var trained = new ManualResetEventSlim();
        log.OnEvent = e =>
        {
            if (e is EpochClosed { Epoch: 2 })
                trained.Set();
        };

        JobOutcome outcome = await RunAsync(Job, store, 2, 2, log: log, before: (_, _, order) =>
        {
            if (order is WriteCheckpoint)
                Assert.True(trained.Wait(Timeout), "training went on while a checkpoint was being written");
        });

        Assert.NotEmpty(log.Of<CheckpointSkipped>());
        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        Assert.Equal(expected, store[outcome.CheckpointId!].Fingerprint);
    }
}
