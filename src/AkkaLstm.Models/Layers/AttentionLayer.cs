using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Attention;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Losses;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Layers;

/// <summary>
/// Additive attention before the head (Bahdanau, Cho and Bengio 2014): at a step t that has a target, the head reads h(t) beside a mean
/// of h(0) .. h(t) whose weights are learned.
/// </summary>
/// <remarks>
/// e(s) = v tanh(W h(t) + b + U h(s)), a = softmax of e over s = 0 .. t, context = sum over s of a(s) h(s). Rows without a target get
/// zeros, which add nothing to any gradient. What a query's backward pass needs of its forward pass it computes again: weights and tanh
/// of one query at a time are all that is kept of them, whatever the number of queries.
/// </remarks>
internal sealed class AttentionLayer
{
    private readonly AttentionTensors _tensors;
    private readonly int _size;
    private readonly int _inputSize;

    // (T, B, A); those of the queries hold the active steps only.
    private readonly Activations _keys;
    private readonly Activations _dKeys;
    private readonly Activations _queries;
    private readonly Activations _dQueries;
    private readonly Activations _dVectors;

    // Whether row (active step, lane) is a query.
    private readonly bool[] _asks;

    // Of one query: (A), (T, A) and (T), (D), (2 D), with rows padded to a multiple of 16 where kernels read them.
    private readonly float[] _query;
    private readonly float[] _dQuery;
    private readonly float[] _dVector;
    private readonly float[] _mixed;
    private readonly float[] _weights;
    private readonly float[] _dWeights;
    private readonly float[] _context;
    private readonly float[] _row;

    internal AttentionLayer(ParameterLayout layout, int maxTimeSteps, int maxLanes)
    {
        _tensors = layout.Attention!;
        _size = layout.Spec.AttentionSize;
        _inputSize = layout.Spec.LayerOutputSize;
        _keys = new Activations(maxTimeSteps, maxLanes, _size);
        _dKeys = new Activations(maxTimeSteps, maxLanes, _size);
        _queries = new Activations(maxTimeSteps, maxLanes, _size);
        _dQueries = new Activations(maxTimeSteps, maxLanes, _size);
        _dVectors = new Activations(maxTimeSteps, maxLanes, _size);
        Features = new Activations(maxTimeSteps, maxLanes, 2 * _inputSize);
        DStates = new Activations(maxTimeSteps, maxLanes, _inputSize);
        _asks = new bool[checked(maxTimeSteps * maxLanes)];
        int width = _keys.BlockCount * Activations.BlockColumns;
        _query = new float[width];
        _dQuery = new float[width];
        _dVector = new float[width];
        _mixed = new float[checked(maxTimeSteps * width)];
        _weights = new float[maxTimeSteps];
        _dWeights = new float[maxTimeSteps];
        _context = new float[DStates.BlockCount * Activations.BlockColumns];
        _row = new float[2 * _inputSize];
    }

    /// <summary>What the head reads, (T, B, [h, context]).</summary>
    internal Activations Features { get; }

    /// <summary>Gradient by h, (T, B, D).</summary>
    internal Activations DStates { get; }

    /// <summary>Computes <see cref="Features"/>.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="states">h, (T, B, D).</param>
    /// <param name="steps">Steps outside of which nothing is asked.</param>
    /// <param name="spec">The model; says with the batch which rows ask.</param>
    /// <param name="batch">The targets; null: all rows of the steps ask.</param>
    internal LayerRows Forward(AttentionWeights weights, LayerRows states, StepRange steps, ModelSpec spec, SequenceBatch? batch)
    {
        int lanes = states.Source.Lanes;
        Features.Reshape(states.TimeSteps, lanes);
        Features.Data.Clear();
        if (steps.Count == 0)
            return new LayerRows(Features, 0);
        _keys.Reshape(states.TimeSteps, lanes);
        _queries.Reshape(steps.Count, lanes);
        PackedGemm.Multiply(states.View(), weights.Key, _keys.View());
        PackedGemm.MultiplyWithBias(states.Steps(steps), weights.Query, weights.QueryBias.Span, _queries.View());
        for (int row = 0; row < steps.Count * lanes; row++)
        {
            (int t, int lane) = (steps.First + (row / lanes), row % lanes);
            _asks[row] = batch is null || LossLayer.HasTarget(spec, batch, (t * lanes) + lane);
            if (!_asks[row])
                continue;
            Weigh(weights, row / lanes, lane, t + 1);
            AdditiveAttention.WeightedSum(states.Source, states.FirstStep, lane, _weights.AsSpan(0, t + 1), _context);
            states.Source.ReadRow(states.FirstStep + t, lane, _row.AsSpan(0, _inputSize));
            _context.AsSpan(0, _inputSize).CopyTo(_row.AsSpan(_inputSize));
            Features.WriteRow(t, lane, _row);
        }

        return new LayerRows(Features, 0);
    }

    /// <summary>From the gradient by <see cref="Features"/> to <see cref="DStates"/> and the parameters' gradients.</summary>
    /// <param name="weights">As given to forward.</param>
    /// <param name="states">As given to forward.</param>
    /// <param name="steps">As given to forward.</param>
    /// <param name="dFeatures">(T, B, 2 D).</param>
    /// <param name="shardCount">S.</param>
    /// <param name="gradient">Receives the parameters' gradients.</param>
    internal void Backward(
        AttentionWeights weights, LayerRows states, StepRange steps, Activations dFeatures, int shardCount, Gradient gradient)
    {
        int lanes = states.Source.Lanes;
        DStates.Reshape(states.TimeSteps, lanes);
        DStates.Data.Clear();
        if (steps.Count == 0)
        {
            foreach (TensorInfo tensor in (ReadOnlySpan<TensorInfo>)[_tensors.Query, _tensors.QueryBias, _tensors.Key, _tensors.Score])
                gradient.DenseTensor(tensor).Clear();
            return;
        }

        _dKeys.Reshape(states.TimeSteps, lanes);
        _dKeys.Data.Clear();
        _dQueries.Reshape(steps.Count, lanes);
        _dQueries.Data.Clear();
        _dVectors.Reshape(steps.Count, lanes);
        _dVectors.Data.Clear();
        for (int row = 0; row < steps.Count * lanes; row++)
        {
            if (_asks[row])
                QueryBack(weights, states, row / lanes, row % lanes, steps.First + (row / lanes), dFeatures);
        }

        PackedGemm.MultiplyAdd(_dKeys.View(), weights.KeyBack, DStates.View());
        PackedGemm.MultiplyAdd(_dQueries.View(), weights.QueryBack, DStates.Steps(steps.First, steps.Count));
        WeightGradient.Multiply(_dKeys.View(), states.View(), shardCount, gradient.DenseTensor(_tensors.Key), default);
        WeightGradient.Multiply(
            _dQueries.View(), states.Steps(steps), shardCount, gradient.DenseTensor(_tensors.Query),
            gradient.DenseTensor(_tensors.QueryBias));
        WeightGradient.Sum(
            SimdPaths.Current, _dVectors.View(), new InterleavedRows(1, _size), shardCount, gradient.DenseTensor(_tensors.Score));
    }

    /// <summary>tanh and weights of one query over the first <paramref name="count"/> steps.</summary>
    private void Weigh(AttentionWeights weights, int queryStep, int lane, int count)
    {
        _queries.ReadRow(queryStep, lane, _query.AsSpan(0, _size));
        Span<float> scores = _weights.AsSpan(0, count);
        AdditiveAttention.Scores(_keys, lane, _query, weights.Vector.Span, _mixed.AsSpan(0, count * _query.Length), scores);
        Softmax.Probabilities(scores, 1, scores);

        // What is multiplied with a weight this small would become denormal, see TinyValues.
        foreach (ref float weight in scores)
            weight = weight < TinyValues.ActivationGradient ? 0 : weight;
    }

    private void QueryBack(AttentionWeights weights, LayerRows states, int queryStep, int lane, int t, Activations dFeatures)
    {
        int count = t + 1;
        Weigh(weights, queryStep, lane, count);
        dFeatures.ReadRow(t, lane, _row);
        _row.AsSpan(_inputSize).CopyTo(_context);
        Span<float> dWeights = _dWeights.AsSpan(0, count);
        ReadOnlySpan<float> shares = _weights.AsSpan(0, count);
        AdditiveAttention.WeightedSumBack(states.Source, states.FirstStep, lane, shares, _context, dWeights, DStates);

        // h(t) itself stands beside the context; the query's way to it goes through the product.
        Span<float> own = _context.AsSpan(0, _inputSize);
        DStates.ReadRow(t, lane, own);
        SpanArithmetic.Add(own, _row.AsSpan(0, _inputSize), own);
        DStates.WriteRow(t, lane, own);

        double mean = 0;
        for (int s = 0; s < count; s++)
            mean += (double)shares[s] * dWeights[s];
        for (int s = 0; s < count; s++)
        {
            float dScore = (float)(shares[s] * (dWeights[s] - mean));
            dWeights[s] = Math.Abs(dScore) < TinyValues.ActivationGradient ? 0 : dScore;
        }

        AdditiveAttention.ScoresBack(
            _mixed.AsSpan(0, count * _query.Length), weights.Vector.Span, dWeights, _dKeys, lane, _dQuery, _dVector);
        _dQueries.WriteRow(queryStep, lane, _dQuery.AsSpan(0, _size));
        _dVectors.WriteRow(queryStep, lane, _dVector.AsSpan(0, _size));
    }
}
