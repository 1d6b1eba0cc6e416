using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Elementwise;
using AkkaLstm.Numerics.Losses;

namespace AkkaLstm.Models.Layers;

/// <summary>
/// The loss of each shard over a window: its rows in the order of (time step, lane), whichever other shards are
/// computed with it.
/// </summary>
internal static class LossLayer
{
    /// <summary>
    /// The time steps from the first to the last that have a target in any lane; the others need no outputs.
    /// </summary>
    internal static StepRange ActiveSteps(ModelSpec spec, SequenceBatch batch)
    {
        int first = 0;
        int end = batch.TimeSteps;
        while (first < end && !AnyTarget(spec, batch, first))
            first++;
        while (end > first && !AnyTarget(spec, batch, end - 1))
            end--;
        return new StepRange(first, end - first);
    }

    /// <summary>
    /// Adds up the shards' losses and, if asked, replaces the outputs by the gradients of the loss sum.
    /// </summary>
    /// <param name="spec">The model.</param>
    /// <param name="batch">The targets.</param>
    /// <param name="steps">The steps whose outputs there are.</param>
    /// <param name="outputs">(steps, B, ldo).</param>
    /// <param name="rowStride">ldo.</param>
    /// <param name="wantsGradient">Whether to replace the outputs.</param>
    /// <param name="losses">Receives the losses; its length is the number of shards.</param>
    internal static void Run(
        ModelSpec spec,
        SequenceBatch batch,
        StepRange steps,
        Span<float> outputs,
        int rowStride,
        bool wantsGradient,
        Span<ShardLoss> losses)
    {
        int lanes = batch.Lanes / losses.Length;
        for (int shard = 0; shard < losses.Length; shard++)
        {
            LossTotal total = default;
            for (int t = 0; t < steps.Count; t++)
            {
                int outputRow = (t * batch.Lanes) + (shard * lanes);
                Span<float> rows = outputs.Slice(outputRow * rowStride, lanes * rowStride);
                int row = outputRow + (steps.First * batch.Lanes);
                if (spec.Loss == LossKind.CrossEntropy)
                    CrossEntropy(spec, batch, row, lanes, rows, rowStride, wantsGradient, ref total);
                else
                    Regression(spec, batch, row, lanes, rows, rowStride, wantsGradient, ref total);
            }

            losses[shard] = new ShardLoss(total.Sum, total.Count, total.Correct);
        }
    }

    /// <summary>Steps of each lane up to its last target.</summary>
    internal static void Lengths(ModelSpec spec, SequenceBatch batch, Span<int> lengths)
    {
        lengths.Clear();
        for (int row = 0; row < batch.TimeSteps * batch.Lanes; row++)
        {
            if (HasTarget(spec, batch, row))
                lengths[row % batch.Lanes] = (row / batch.Lanes) + 1;
        }
    }

    /// <summary>Whether row t * B + lane has a target.</summary>
    internal static bool HasTarget(ModelSpec spec, SequenceBatch batch, int row) => spec.Loss == LossKind.CrossEntropy
        ? batch.TargetClasses[row] != SequenceBatch.IgnoredClass
        : batch.TargetMask[row];

    private static bool AnyTarget(ModelSpec spec, SequenceBatch batch, int t) => spec.Loss == LossKind.CrossEntropy
        ? batch.TargetClasses.AsSpan(t * batch.Lanes, batch.Lanes).ContainsAnyExcept(SequenceBatch.IgnoredClass)
        : batch.TargetMask.AsSpan(t * batch.Lanes, batch.Lanes).Contains(true);

    private static void CrossEntropy(
        ModelSpec spec, SequenceBatch batch, int row, int lanes, Span<float> rows, int rowStride, bool wantsGradient,
        ref LossTotal total)
    {
        ReadOnlySpan<int> targets = batch.TargetClasses.AsSpan(row, lanes);
        if (!batch.HasWeights)
        {
            CrossEntropy(spec, targets, rows, rowStride, wantsGradient, ref total);
            return;
        }

        for (int i = 0; i < lanes; i++)
        {
            LossTotal own = default;
            Span<float> logits = rows.Slice(i * rowStride, spec.OutputSize);
            CrossEntropy(spec, targets.Slice(i, 1), logits, rowStride, wantsGradient, ref own);
            float weight = batch.LaneWeights[(row + i) % batch.Lanes];
            if (wantsGradient)
                SpanArithmetic.Scale(weight, logits, logits);
            total = new LossTotal(total.Sum + (weight * own.Sum), total.Count + own.Count, total.Correct + own.Correct);
        }
    }

    private static void CrossEntropy(
        ModelSpec spec, ReadOnlySpan<int> targets, Span<float> rows, int rowStride, bool wantsGradient, ref LossTotal total)
    {
        if (wantsGradient)
            SoftmaxCrossEntropy.ForwardBackward(rows, rowStride, spec.OutputSize, targets, ref total);
        else
            SoftmaxCrossEntropy.Forward(rows, rowStride, spec.OutputSize, targets, ref total);
    }

    private static void Regression(
        ModelSpec spec,
        SequenceBatch batch,
        int row,
        int count,
        Span<float> rows,
        int rowStride,
        bool wantsGradient,
        ref LossTotal total)
    {
        int size = spec.OutputSize;
        ReadOnlySpan<float> targets = batch.TargetValues.AsSpan(row * size, count * size);
        ReadOnlySpan<bool> mask = batch.TargetMask.AsSpan(row, count);
        if (spec.Loss == LossKind.Quantile)
        {
            Span<float> quantiles = stackalloc float[spec.Quantiles!.Count];
            for (int q = 0; q < quantiles.Length; q++)
                quantiles[q] = spec.Quantiles[q];
            if (wantsGradient)
                QuantileLoss.ForwardBackward(rows, rowStride, size, quantiles, targets, mask, ref total);
            else
                QuantileLoss.Forward(rows, rowStride, size, quantiles, targets, mask, ref total);
        }
        else if (wantsGradient)
        {
            SquaredError.ForwardBackward(rows, rowStride, size, targets, mask, ref total);
        }
        else
        {
            SquaredError.Forward(rows, rowStride, size, targets, mask, ref total);
        }
    }
}
