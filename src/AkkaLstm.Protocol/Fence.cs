namespace AkkaLstm.Protocol;

/// <summary>
/// What a message or a piece of work belongs to. Receivers compare it first and drop what is not current, so
/// that late, repeated and reordered messages are harmless. Ordered by term, generation, step.
/// </summary>
/// <param name="RunId">Identity of the run; differs between any two runs.</param>
/// <param name="Term">Tells the coordinators of the run apart: one that is started anew has a higher term, and
/// nobody listens to the one before any more. 0 before a node has heard of any.</param>
/// <param name="Generation">Counts the times that the servers' state was agreed on anew within the run, from a
/// checkpoint or from what servers still held; never goes back.</param>
/// <param name="Step">Number of closed steps, that is the index of the step in hand; the parameters "of step
/// n" are those step n computes with.</param>
public readonly record struct Fence(string RunId, long Term, int Generation, long Step)
{
    /// <summary>Who leads and since when: everything but the step.</summary>
    public (long Term, int Generation) Ballot => (Term, Generation);

    /// <summary>The same run, term and generation at another step.</summary>
    public Fence At(long step) => this with { Step = step };

    /// <summary>Of two fences of the same run: below 0 when the first is older, above 0 when it is newer.</summary>
    public static int Compare(Fence first, Fence second) =>
        (first.Term, first.Generation, first.Step).CompareTo((second.Term, second.Generation, second.Step));

    /// <inheritdoc/>
    public override string ToString() => $"generation {Generation} step {Step}";
}
