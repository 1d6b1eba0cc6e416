using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Synthetic;

/// <summary>
/// Temporal order, task 6a of Hochreiter and Schmidhuber 1997: a sequence starts with E, ends with the
/// trigger B, has X or Y at two places far apart and else random symbols a, b, c, d. At the trigger the order
/// is asked for: XX, XY, YX or YY. With the paper's window of 110, lengths are 100..110 and the places 10..20
/// and 50..60; other windows scale all of them.
/// </summary>
/// <param name="unit">Scale: 10 for the paper's sizes.</param>
/// <param name="window">Longest sequence.</param>
internal sealed class TemporalOrderProblem(int unit, int window) : SyntheticProblem
{
    internal const string Name = "temporal-order";
    internal const int DefaultWindow = 110;

    private const int Start = 0; // E
    private const int Trigger = 1; // B
    private const int FirstDistractor = 2; // a, b, c, d
    private const int DistractorCount = 4;
    private const int FirstRelevant = 6; // X, Y
    private const int SymbolCount = 8;
    private const int ClassCount = 4;

    internal override string Definition => $"temporal-order 1, window {window}";

    internal override double? MemorylessLoss => Math.Log(ClassCount);

    /// <summary>Checks the window.</summary>
    /// <exception cref="BadInputException">Too short to keep the places apart.</exception>
    internal static TemporalOrderProblem Of(int window) => window >= 11 ? new TemporalOrderProblem(window / 11, window)
        : throw new BadInputException(
            $"--window {window}: temporal order needs at least 11 steps; the paper has 110.");

    internal override SourceShape Shape(int lanes) => new(true, SymbolCount, true, ClassCount, window, lanes);

    internal override void Draw(SequenceBatch batch, int lane, ref RandomStream random)
    {
        int length = window - unit + random.NextInt32(unit + 1);
        int firstPlace = unit + random.NextInt32(unit + 1);
        int secondPlace = (5 * unit) + random.NextInt32(unit + 1);
        for (int t = 0; t < length; t++)
            Symbol(t) = FirstDistractor + random.NextInt32(DistractorCount);
        int first = random.NextInt32(2);
        int second = random.NextInt32(2);
        Symbol(0) = Start;
        Symbol(firstPlace) = FirstRelevant + first;
        Symbol(secondPlace) = FirstRelevant + second;
        Symbol(length - 1) = Trigger;
        batch.TargetClasses[((length - 1) * batch.Lanes) + lane] = (2 * first) + second;

        ref int Symbol(int t) => ref batch.Tokens[(t * batch.Lanes) + lane];
    }

    internal override bool IsRight(SequenceBatch batch, int lane, int t, ReadOnlySpan<float> outputs) =>
        Largest(outputs) == batch.TargetClasses[(t * batch.Lanes) + lane];
}
