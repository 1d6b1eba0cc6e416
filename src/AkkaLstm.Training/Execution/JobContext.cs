using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Models.Optimizers;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Protocol;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// What all executors of one job in this process share. Everything but the buffers of the running generation is
/// read-only.
/// </summary>
internal sealed class JobContext
{
    /// <summary>
    /// Generations whose buffers are kept: the running one, and the one before for workers that still finish.
    /// </summary>
    private const int KeptGenerations = 2;

    private readonly Lock _gate = new();
    private readonly SortedList<(long Term, int Generation, int Replica), ParameterBuffers> _buffers = [];
    private readonly IStateSource _states;
    private readonly Payload?[] _noCarries;
    private LoadedState? _loaded;

    /// <summary>Puts a job together.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="data">The opened data.</param>
    /// <param name="states">Where generations start from.</param>
    public JobContext(TrainingPlan plan, DataSet data, IStateSource states)
    {
        Plan = plan;
        _states = states;
        Spec = plan.ToModelSpec(data.Shape);
        Model = new SequenceModel(Spec);
        Optimizer = plan.ToOptimizerSpec();
        Train = data.Source(DataSplit.Train);
        Validation = data.Has(DataSplit.Valid) ? data.Source(DataSplit.Valid) : null;
        CarriesState = plan.Task is DataTask.CharLm or DataTask.WordLm;
        _noCarries = new Payload?[plan.Shards];
        Snapshots = new SnapshotPool(NewState);
    }

    public TrainingPlan Plan { get; }

    public ModelSpec Spec { get; }

    public SequenceModel Model { get; }

    public ParameterLayout Layout => Model.Layout;

    public OptimizerSpec Optimizer { get; }

    public ISequenceSource Train { get; }

    /// <summary>The validation split; null where the data has none.</summary>
    public ISequenceSource? Validation { get; }

    /// <summary>
    /// Whether lanes go on from window to window; where every window starts from zero, no carry needs to
    /// travel.
    /// </summary>
    public bool CarriesState { get; }

    /// <summary>
    /// Whether the servers of all slices are in this process: then they share the buffers of a snapshot, and a
    /// checkpoint is read once for all of them. Default true.
    /// </summary>
    public bool HasAllServers { get; init; } = true;

    /// <summary>
    /// Gives zeros of a length, from a cache line on and never moved, for parameters and gradients that others are to
    /// have: memory that processes of a machine share, where there are others. Default: memory of this process.
    /// </summary>
    public Func<int, Memory<float>> Allocate { get; init; } = length => new AlignedBuffer(length).Memory;

    /// <summary>
    /// Threads of a server: more than one where it is alone in its process, as workers of the machine wait meanwhile.
    /// Default 1.
    /// </summary>
    public int ServerThreads { get; init; } = 1;

    /// <summary>Floats of a shard's carried state.</summary>
    public int ShardCarryLength => Plan.LanesPerShard * Spec.CarryLength;

    public SnapshotPool Snapshots { get; }

    /// <summary>
    /// The parameter buffers that the first servers of all slices share in a generation; standbys have others, and a
    /// server that is alone in its process has its slice's.
    /// </summary>
    public ParameterBuffers BuffersOf(Fence fence, ParameterSlice slice, int replica)
    {
        if (!HasAllServers) return new ParameterBuffers(Spec, Plan.Seed, slice, Allocate);
        (long Term, int Generation, int Replica) key = (fence.Term, fence.Generation, replica);
        lock (_gate)
        {
            if (_buffers.TryGetValue(key, out ParameterBuffers? known)) return known;
            var buffers = new ParameterBuffers(Spec, Plan.Seed, Layout.Whole, Allocate);
            _buffers.Add(key, buffers);
            while (_buffers.Keys.DistinctBy(k => (k.Term, k.Generation)).Count() > KeptGenerations) _buffers.RemoveAt(0);
            return buffers;
        }
    }

    /// <summary>
    /// The state a generation starts from: loaded and verified once for all servers of the process, and let go when
    /// each has its slice.
    /// </summary>
    public TrainingState StateOf(string? checkpointId, Fence fence, SliceId slice, int replica)
    {
        if (!HasAllServers) return Load(checkpointId);
        lock (_gate)
        {
            (string?, (long, int), int) key = (checkpointId, fence.Ballot, replica);
            if (_loaded is null || _loaded.Key != key) _loaded = new LoadedState(key, Load(checkpointId));
            TrainingState state = _loaded.State;
            _loaded.Slices.Add(slice.Index);
            if (_loaded.Slices.Count == slice.Count) _loaded = null;
            return state;
        }
    }

    /// <summary>The part of a state's carry that belongs to a shard.</summary>
    public Memory<float> CarryOf(TrainingState state, int shard) =>
        state.Carry.AsMemory(shard * ShardCarryLength, ShardCarryLength);

    /// <summary>Carries that all stand for zeros.</summary>
    public ArraySegment<Payload?> NoCarries(int shardCount) => new(_noCarries, 0, shardCount);

    /// <summary>A state of zeros with this job's sizes.</summary>
    public TrainingState NewState() => new(
        new float[Layout.TotalLength],
        [.. Optimizer.MomentNames.Select(_ => new float[Layout.TotalLength])],
        new float[Plan.Batch * Spec.CarryLength]);

    private TrainingState Load(string? checkpointId)
    {
        if (checkpointId is not null) return _states.Checkpoint(checkpointId);
        TrainingState initial = _states.Initial();
        if (Plan.Ridge is not null) RidgeReadOut.Solve(this, initial.Parameters);
        return initial;
    }

    private sealed record LoadedState(
        (string? CheckpointId, (long Term, int Generation) Ballot, int Replica) Key, TrainingState State)
    {
        /// <summary>Slices that have taken their part.</summary>
        public HashSet<int> Slices { get; } = [];
    }
}
