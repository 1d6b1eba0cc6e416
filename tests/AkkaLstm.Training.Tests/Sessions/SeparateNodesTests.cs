using AkkaLstm.Data;
using AkkaLstm.Engines.InProcess;
using AkkaLstm.Models;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Execution.Payloads;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Policies;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Sessions;

/// <summary>
/// The same bits where every node has a context of its own and all values between nodes go through the payload codec.
/// </summary>
public sealed class SeparateNodesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private PlanOptions PlanOf(string name) => name == "text"
        ? new PlanOptions
        {
            Data = _directory.Write(
                "text.txt", string.Concat(Enumerable.Range(0, 90).Select(i => $"line {i * i % 97} of the text\n"))),
            Task = DataTask.CharLm,
            Hidden = 8,
            Layers = 2,
            Embedding = 700, // two blocks of rows, so that servers share the embedding
            Dropout = 0.3,
            Window = 6,
            Batch = 8,
            Shards = 8,
            Epochs = 2,
            Lr = 0.01,
            Clip = 0.5,
            Seed = 11,
        }
        : name == "ridge"
        ? new PlanOptions { Cell = CellKind.Esn, Ridge = 0.01, Hidden = 140, Window = 12, Horizon = 3, Batch = 128, Shards = 4 }
        : new PlanOptions
        {
            Hidden = 6,
            Window = 12,
            Horizon = 3,
            Batch = 128,
            Shards = 4,
            Epochs = 2,
            Optimizer = OptimizerKind.Momentum,
            Lr = 0.01,
        };

    [Theory]
    [InlineData("text", 1, 1)]
    [InlineData("text", 2, 2)]
    [InlineData("text", 3, 3)]
    [InlineData("forecast", 2, 1)]
    [InlineData("forecast", 1, 2)]
    [InlineData("forecast", 2, 3)]
    [InlineData("ridge", 2, 2)]
    public async Task RunAsync_NodesThatShareNothing_SameParameters(string name, int workers, int servers)
    {
        PlanOptions plan = PlanOf(name);
        TrainingResult together = await TestRuns.TrainAsync(plan, new RunOptions { OutputDirectory = _directory["together"] });

        string apart = await TrainApartAsync(plan, new EngineOptions { WorkerCount = workers, ServerCount = servers });

        Assert.Equal(together.ParameterHash, apart);
    }

    [Theory]
    [InlineData("text", 1, 1)]
    [InlineData("text", 3, 1)] // uses the form that the server has packed
    [InlineData("text", 2, 2)] // packs for itself
    [InlineData("forecast", 2, 1)]
    public async Task RunAsync_NodesThatReadOneAnothersMemory_SameParameters(string name, int workers, int servers)
    {
        PlanOptions plan = PlanOf(name);
        TrainingResult together = await TestRuns.TrainAsync(plan, new RunOptions { OutputDirectory = _directory["together"] });

        string apart = await TrainApartAsync(
            plan, new EngineOptions { WorkerCount = workers, ServerCount = servers }, adopts: true);

        Assert.Equal(together.ParameterHash, apart);
    }

    [Fact]
    public async Task RunAsync_ServerFailsAndAStandbyGoesOn_SameParameters()
    {
        PlanOptions plan = PlanOf("text");
        TrainingResult together = await TestRuns.TrainAsync(plan, new RunOptions { OutputDirectory = _directory["together"] });
        var events = new Events();

        string apart = await TrainApartAsync(
            plan,
            new EngineOptions
            {
                WorkerCount = 2,
                ServerCount = 2,
                ReplicaCount = 1,
                Protocol = new ProtocolOptions
                {
                    ReviewInterval = TimeSpan.FromMilliseconds(20),
                    HeartbeatInterval = TimeSpan.FromMilliseconds(20),
                    RepeatInterval = TimeSpan.FromMilliseconds(200),
                },
            },
            events,
            (node, incarnation, order) =>
                node == NodeId.Server(0) && incarnation == 0 && order is ApplySlice { Fence.Step: 9 });

        Assert.Contains(events.Seen, e => e is ReplicaSynced);
        Assert.Equal(together.ParameterHash, apart);
    }

    private async Task<string> TrainApartAsync(
        PlanOptions options,
        EngineOptions engine,
        Events? events = null,
        Func<NodeId, int, WorkOrder, bool>? mustFail = null,
        bool adopts = false)
    {
        var nodes = new Dictionary<NodeId, (IWorkExecutorFactory, IPayloadCodec)>();
        (JobContext coordinator, CheckpointStore checkpoints) = TestJobs.Node(options, _directory["apart"]);
        (IWorkExecutorFactory, IPayloadCodec) NodeOf(NodeId node)
        {
            lock (nodes)
            {
                if (nodes.TryGetValue(node, out (IWorkExecutorFactory, IPayloadCodec) known)) return known;
                bool isCoordinator = node == NodeId.Coordinator;
                JobContext job = isCoordinator ? coordinator : TestJobs.Context(options, _directory[$"apart-{node}"]);
                return nodes[node] = (
                    new MathExecutorFactory(job, isCoordinator ? checkpoints : null),
                    new PayloadCodec(job, keepsCarries: isCoordinator));
            }
        }

        IWorkExecutorFactory executors = new TransferringExecutors(NodeOf, adopts);
        JobOutcome outcome = await InProcessEngine.RunAsync(
            TestJobs.Job(coordinator),
            mustFail is null ? executors : new FaultyExecutors(executors, mustFail),
            new JobPolicy(coordinator.Plan, coordinator.Train.StepsPerEpoch),
            engine,
            events ?? new Events(),
            CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(JobOutcomeKind.Completed, outcome.Kind);
        return checkpoints.FindNewest()!.Value.Manifest.ParameterHash;
    }

    private sealed class Events : IEventSink
    {
        public List<JobEvent> Seen { get; } = [];

        public void Record(TimeSpan now, NodeId source, JobEvent what) => Seen.Add(what);
    }
}
