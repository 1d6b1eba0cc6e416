using AkkaLstm.Models.Layers;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Models.ReadOut;

/// <summary>The rows of a window that a read-out learns from: what it reads, and what it should answer.</summary>
internal static class ReadOutRows
{
    /// <summary>Adds the rows that have a target.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="batch">The targets.</param>
    /// <param name="features">What the head reads, (T, B, F).</param>
    /// <param name="sums">Receives them in the order of (time step, lane).</param>
    internal static void Add(ModelSpec spec, SequenceBatch batch, LayerRows features, ReadOutSums sums)
    {
        int featureCount = sums.FeatureCount;
        int outputCount = sums.OutputCount;
        int most = batch.TimeSteps * batch.Lanes;
        int[] rows = [.. Enumerable.Range(0, most).Where(row => LossLayer.HasTarget(spec, batch, row))];
        var x = new float[rows.Length * featureCount];
        var y = new float[rows.Length * outputCount];
        var weights = new float[rows.Length];
        for (int n = 0; n < rows.Length; n++)
        {
            (int t, int lane) = Math.DivRem(rows[n], batch.Lanes);
            features.Source.ReadRow(features.FirstStep + t, lane, x.AsSpan(n * featureCount, featureCount));
            Span<float> target = y.AsSpan(n * outputCount, outputCount);
            if (spec.Loss == LossKind.CrossEntropy)
                target[batch.TargetClasses[rows[n]]] = 1;
            else
                batch.TargetValues.AsSpan(rows[n] * outputCount, outputCount).CopyTo(target);
            weights[n] = batch.HasWeights ? batch.LaneWeights[lane] : 1;
        }

        sums.Add(x, y, weights);
    }
}
