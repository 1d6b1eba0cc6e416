namespace AkkaLstm.Protocol;

/// <summary>
/// Loss of a set of counted elements. Sums and counts travel; the division happens once, at the end.
/// </summary>
/// <param name="Sum">Sum of the elements' losses, in nats or squared normalised units.</param>
/// <param name="Count">Number of counted elements.</param>
/// <param name="Correct">Number of elements whose answer is right; 0 where that is not counted.</param>
public readonly record struct LossTotal(double Sum, long Count, long Correct)
{
    /// <summary>Sum / Count; not a number when nothing was counted.</summary>
    public double Mean => Sum / Count;

    /// <summary>Adds another set. Not associative in its last bits: callers add in shard order.</summary>
    public LossTotal Plus(LossTotal other) => new(Sum + other.Sum, Count + other.Count, Correct + other.Correct);
}
