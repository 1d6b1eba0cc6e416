namespace AkkaLstm.Protocol;

/// <summary>
/// What a message or a piece of work belongs to. Receivers compare it first and drop what is not current, so
/// that late, repeated and reordered messages are harmless.
/// </summary>
/// <param name="RunId">Identity of the run; differs between any two runs.</param>
/// <param name="Generation">Counts the restarts from a checkpoint within the run; only moves forward.</param>
/// <param name="Step">Number of closed steps, that is the index of the step in hand; the parameters "of step
/// n" are those step n computes with.</param>
public readonly record struct Fence(string RunId, int Generation, long Step)
{
    /// <summary>The same run and generation at another step.</summary>
    public Fence At(long step) => this with { Step = step };

    /// <inheritdoc/>
    public override string ToString() => $"generation {Generation} step {Step}";
}
