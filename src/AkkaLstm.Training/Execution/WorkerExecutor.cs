using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Execution.Payloads;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// A worker's mathematics: forward and backward over shards of a window, forward over the validation split.
/// </summary>
/// <remarks>
/// Buffers are made on first use and kept. What an answer carries out (gradient, carry) belongs to the parity
/// of its step and to the place of the order within the step, so that it stays untouched until step n + 2.
/// </remarks>
internal sealed class WorkerExecutor : IWorkExecutor
{
    private readonly JobContext _job;
    private readonly List<AnswerBuffers>[] _answers = [[], []];
    private readonly float[] _carryIn;
    private SequenceBatch? _batch;
    private SequenceBatch? _validationBatch;
    private ModelWorkspace? _workspace;
    private ShardLoss[] _losses = [];
    private float[] _outputs = [];
    private Fence _lastFence;
    private ParameterBuffers? _assembled;
    private (long Term, int Generation) _assembledBallot;
    private int _answersOfStep;

    public WorkerExecutor(JobContext job)
    {
        _job = job;
        _carryIn = new float[job.Plan.Batch * job.Spec.CarryLength];
    }

    public WorkResult Execute(WorkOrder order) => order switch
    {
        ComputeShards compute => Compute(compute),
        EvaluateShards evaluate => Evaluate(evaluate),
        _ => throw new NotSupportedException($"A worker does not do {order.GetType().Name}."),
    };

    public void Dispose()
    {
        // Buffers may still be read by whoever got them; the garbage collector knows when they are not.
    }

    private ShardsComputed Compute(ComputeShards order)
    {
        int lanesPerShard = _job.Plan.LanesPerShard;
        int lanes = order.Shards.Count * lanesPerShard;
        ModelWeights weights = WeightsOf(order.Parameters, order.Fence);
        _batch = Enough(_batch, _job.Train, lanes);
        _job.Train.Fill(_batch, order.Epoch, order.StepInEpoch, order.Shards.Start * lanesPerShard, lanes);

        AnswerBuffers answer = NextAnswer(order.Fence);
        answer.EnsureCarry(lanes * _job.Spec.CarryLength, order.Shards.Count);
        Span<float> carryIn = _carryIn.AsSpan(0, lanes * _job.Spec.CarryLength);
        Gather(order.Carries, carryIn);
        Span<ShardLoss> losses = Losses(order.Shards.Count);
        _job.Model.ForwardBackward(
            weights,
            _batch,
            order.Shards.Count,
            new StepKey(_job.Plan.Seed, order.Fence.Step),
            carryIn,
            answer.Carry.AsSpan(0, carryIn.Length),
            Workspace(lanes),
            answer.Gradient,
            losses);
        return new ShardsComputed(
            answer.GradientPayload,
            _job.CarriesState ? answer.CarriesOf(order.Shards.Count) : _job.NoCarries(order.Shards.Count),
            Totals(losses));
    }

    private ShardsEvaluated Evaluate(EvaluateShards order)
    {
        ISequenceSource source = _job.Validation
            ?? throw new InvalidOperationException("The job has no validation split.");
        int lanesPerShard = _job.Plan.LanesPerShard;
        int lanes = order.Shards.Count * lanesPerShard;
        ModelWeights weights = WeightsOf(order.Parameters, order.Fence);
        _validationBatch = Enough(_validationBatch, source, lanes);
        Span<float> carry = _carryIn.AsSpan(0, lanes * _job.Spec.CarryLength);
        carry.Clear();
        Span<ShardLoss> losses = Losses(order.Shards.Count);
        var totals = new LossTotal[order.Shards.Count];
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            source.Fill(_validationBatch, epoch: 0, step, order.Shards.Start * lanesPerShard, lanes);
            _job.Model.Forward(weights, _validationBatch, order.Shards.Count, carry, carry, Workspace(lanes), losses);
            RightAnswers.AddTo(totals, source, _validationBatch, losses, OutputsFor(source, _validationBatch));
        }

        return new ShardsEvaluated(totals);
    }

    /// <summary>
    /// The packed weights of a step. All slices lie in the same buffers, except while a standby stands in for the
    /// server of one of them: then this worker puts them together for itself.
    /// </summary>
    private ModelWeights WeightsOf(IReadOnlyList<Payload> parameters, Fence fence)
    {
        IParameterOwner shared = ((ParameterPayload)parameters[0]).Owner;
        if (parameters.All(slice => ((ParameterPayload)slice).Owner == shared))
            return shared.Packed(fence.Step);
        if (_assembled is null || _assembledBallot != fence.Ballot)
        {
            _assembled = new ParameterBuffers(
                _job.Spec, _job.Plan.Seed, _job.Layout.Whole, length => new AlignedBuffer(length).Memory);
            _assembledBallot = fence.Ballot;
        }

        foreach (ParameterPayload slice in parameters.Cast<ParameterPayload>())
            slice.ValuesOf(fence.Step).CopyTo(_assembled.ValuesOf(slice.Slice, fence.Step));
        return _assembled.Packed(fence.Step);
    }

    private static SequenceBatch Enough(SequenceBatch? batch, ISequenceSource source, int lanes) =>
        batch is not null && batch.MaxLanes >= lanes ? batch : source.Shape.CreateBatch(lanes);

    private ModelWorkspace Workspace(int lanes)
    {
        if (_workspace is null || _workspace.MaxLanes < lanes)
            _workspace = new ModelWorkspace(_job.Spec, _job.Train.Shape.WindowLength, lanes);
        return _workspace;
    }

    private Span<ShardLoss> Losses(int count)
    {
        if (_losses.Length < count) _losses = new ShardLoss[count];
        return _losses.AsSpan(0, count);
    }

    private AnswerBuffers NextAnswer(Fence fence)
    {
        if (fence != _lastFence) (_lastFence, _answersOfStep) = (fence, 0);
        List<AnswerBuffers> answers = _answers[fence.Step & 1];
        if (_answersOfStep == answers.Count) answers.Add(new AnswerBuffers(_job));
        return answers[_answersOfStep++];
    }

    private static void Gather(IReadOnlyList<Payload?> carries, Span<float> carryIn)
    {
        int length = carryIn.Length / carries.Count;
        for (int s = 0; s < carries.Count; s++)
        {
            Span<float> shard = carryIn.Slice(s * length, length);
            if (carries[s] is CarryPayload carry) carry.Values.Span.CopyTo(shard);
            else shard.Clear();
        }
    }

    /// <summary>Outputs of the last forward pass, (T, B, O), for a source that judges them; else nothing.</summary>
    private ReadOnlySpan<float> OutputsFor(ISequenceSource source, SequenceBatch batch)
    {
        if (source is not IJudgedSource) return [];
        int length = batch.TimeSteps * batch.Lanes * _job.Spec.OutputSize;
        if (_outputs.Length < length) _outputs = new float[length];
        _workspace!.CopyOutputs(_outputs.AsSpan(0, length));
        return _outputs.AsSpan(0, length);
    }

    private static LossTotal[] Totals(ReadOnlySpan<ShardLoss> losses)
    {
        var totals = new LossTotal[losses.Length];
        for (int s = 0; s < totals.Length; s++) totals[s] = new LossTotal(losses[s].LossSum, losses[s].Count, losses[s].Correct);
        return totals;
    }

    /// <summary>What one answer carries out.</summary>
    private sealed class AnswerBuffers
    {
        private readonly int _lanesPerShard;
        private readonly int _carryLength;
        private CarryPayload[] _carries = [];

        public AnswerBuffers(JobContext job)
        {
            _lanesPerShard = job.Plan.LanesPerShard;
            _carryLength = job.Spec.CarryLength;
            Gradient = new Gradient(
                job.Layout,
                job.Layout.Whole,
                job.Allocate(job.Layout.DenseLength),
                new SparseRows(job.Layout.SparseRowWidth));
            GradientPayload = new GradientPayload(Gradient);
        }

        public Gradient Gradient { get; }

        public GradientPayload GradientPayload { get; }

        /// <summary>(lanes, L, [h, c]) at the window's end.</summary>
        public float[] Carry { get; private set; } = [];

        public void EnsureCarry(int length, int shardCount)
        {
            if (Carry.Length >= length) return;
            Carry = new float[length];
            int shardLength = _lanesPerShard * _carryLength;
            _carries =
            [
                .. Enumerable.Range(0, shardCount).Select(
                    s => new CarryPayload(Carry.AsMemory(s * shardLength, shardLength))),
            ];
        }

        public ArraySegment<CarryPayload> CarriesOf(int shardCount) => new(_carries, 0, shardCount);
    }
}
