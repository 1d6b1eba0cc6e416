using System.Diagnostics;
using AkkaLstm.Data;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Planning;

/// <summary>
/// The executors of a job without actors around them: does pieces of its training steps one at a time and says how
/// long they took. Nothing of it is kept.
/// </summary>
internal sealed class StepRig : IDisposable
{
    private const string RunId = "measurement";
    private static readonly SliceId Whole = new(0, 1);

    private readonly JobContext _job;
    private readonly MathExecutorFactory _factory;
    private readonly IWorkExecutor _server;
    private readonly List<IWorkExecutor> _workers = [];
    private readonly Payload _parameters;
    private readonly IReadOnlyList<Payload?> _carries;
    private long _step;

    /// <summary>Sets up a plan, or the same plan with another number of shards.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="data">Its data.</param>
    /// <param name="directory">A scratch directory; no checkpoint is written there.</param>
    /// <param name="shards">S.</param>
    public StepRig(TrainingPlan plan, DataSet data, string directory, int shards)
    {
        Plan = shards == plan.Shards ? plan : TrainingPlan.Resolve(plan.Options with { Shards = shards });
        var card = new ModelCard(Plan, data.Hash, Plan.ToModelSpec(data.Shape), data.Artifacts);
        var store = new CheckpointStore(directory, card, Plan.ToOptimizerSpec().MomentNames, _ => { });
        _job = new JobContext(Plan, data, new LocalStates(store, InitialState.Of(Plan, card.Model)));
        _factory = new MathExecutorFactory(_job, store);
        _server = _factory.Create(NodeId.Server(0), incarnation: 0);
        var restored = (SliceRestored)_server.Execute(new RestoreSlice(
            Fence, Whole, Replica: 0, CheckpointId: null, shards));
        _parameters = restored.Parameters;
        _carries = restored.Carries;
    }

    /// <summary>The plan with this rig's shards.</summary>
    public TrainingPlan Plan { get; }

    /// <summary>Bytes of all parameters.</summary>
    public double ParameterBytes => _parameters.Bytes;

    /// <summary>Bytes of all carried state that travels.</summary>
    public double CarryBytes => _job.CarriesState ? (double)Plan.Batch * _job.Spec.CarryLength * sizeof(float) : 0;

    /// <summary>Share of the parameters in the largest slice for 1 .. <paramref name="most"/> servers.</summary>
    public double[] LargestSliceShares(int most) =>
    [
        .. Enumerable.Range(1, most).Select(
            servers => (double)_job.Layout.Split(servers).Max(slice => slice.Length) / _job.Layout.TotalLength),
    ];

    /// <summary>Workers that were made.</summary>
    public int WorkerCount => _workers.Count;

    private Fence Fence => new(RunId, Term: 1, Generation: 1, _step);

    /// <summary>
    /// Goes on to fresh weights and packs them. Two steps further the same parameters are packed again, so steps need
    /// not be finished.
    /// </summary>
    public double Pack()
    {
        _step += 2;
        return Seconds(() => _job.BuffersOf(Fence, _job.Layout.Whole, replica: 0).Packed(_step));
    }

    /// <summary>Computes one order on the calling thread, on weights that are packed.</summary>
    /// <returns>Seconds, and the answer.</returns>
    public (double Seconds, ShardsComputed Answer) Compute(ShardRange shards, int worker = 0)
    {
        var order = new ComputeShards(
            Fence,
            Epoch: 0,
            (int)(_step / 2 % _job.Train.StepsPerEpoch),
            shards,
            [_parameters],
            new Payload?[shards.Count]);
        ShardsComputed? answer = null;
        IWorkExecutor executor = _workers[worker];
        double seconds = Seconds(() => answer = (ShardsComputed)executor.Execute(order));
        return (seconds, answer!);
    }

    /// <summary>Makes workers, so that each of several threads has one of its own.</summary>
    public void EnsureWorkers(int count)
    {
        while (_workers.Count < count)
            _workers.Add(_factory.Create(NodeId.Worker(_workers.Count), incarnation: 0));
    }

    /// <summary>Reduces the gradients of a whole step over all parameters.</summary>
    public double Reduce(params GradientPart[] parts) =>
        Seconds(() => _server.Execute(new ReduceSlice(Fence, Whole, parts)));

    /// <summary>
    /// Runs the optimizer on what was reduced, with a learning rate of zero: the work is the same, and the parameters
    /// stay where they are however often it is repeated.
    /// </summary>
    public double Apply() => Seconds(
        () => _server.Execute(
            new ApplySlice(Fence, Whole, new StepDecision(LearningRate: 0, GradientScale: 1), _carries)));

    public void Dispose()
    {
        _server.Dispose();
        _workers.ForEach(worker => worker.Dispose());
    }

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
