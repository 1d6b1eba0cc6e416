using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data;

/// <summary>A source whose answers are right or wrong by a rule of its own, not by the largest output.</summary>
public interface IJudgedSource : ISequenceSource
{
    /// <summary>Right answers among the counted targets of some lanes of a window.</summary>
    /// <param name="batch">What <see cref="ISequenceSource.Fill"/> gave.</param>
    /// <param name="firstLane">First lane to look at, a row of the batch.</param>
    /// <param name="lanes">Lanes to look at.</param>
    /// <param name="outputs">The model's outputs for the whole batch, (T, B, O).</param>
    long CountRight(SequenceBatch batch, int firstLane, int lanes, ReadOnlySpan<float> outputs);
}
