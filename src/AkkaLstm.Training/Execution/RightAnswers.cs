using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Protocol;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// What counts as a right answer: the source's own rule where it has one, else that the class asked for has the
/// largest output.
/// </summary>
internal static class RightAnswers
{
    /// <summary>Whether right answers can be counted on the source.</summary>
    public static bool AreCounted(ModelSpec spec, ISequenceSource? source) =>
        spec.Loss == LossKind.CrossEntropy || source is IJudgedSource;

    /// <summary>Adds the losses of a window to the shards' totals.</summary>
    /// <param name="source">Where the window is from.</param>
    /// <param name="batch">The window.</param>
    /// <param name="losses">What the model says of each shard, in the order of the batch's lanes.</param>
    /// <param name="outputs">(T, B, O); read only if the source judges for itself.</param>
    /// <param name="totals">One for each shard.</param>
    public static void AddTo(
        Span<LossTotal> totals,
        ISequenceSource source,
        SequenceBatch batch,
        ReadOnlySpan<ShardLoss> losses,
        ReadOnlySpan<float> outputs)
    {
        int lanes = batch.Lanes / losses.Length;
        for (int s = 0; s < losses.Length; s++)
        {
            long right = source is IJudgedSource judge
                ? judge.CountRight(batch, s * lanes, lanes, outputs)
                : losses[s].Correct;
            totals[s] = totals[s].Plus(new LossTotal(losses[s].LossSum, losses[s].Count, right));
        }
    }
}
