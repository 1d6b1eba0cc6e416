using System.Numerics;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Synthetic;

/// <summary>
/// Next-symbol prediction on strings of the <see cref="ReberGrammar">embedded Reber grammar</see>; both ways
/// on are equally likely at each fork. A string that is longer than the window is drawn again.
/// </summary>
/// <param name="window">Steps of a window: one less than the symbols of the longest string.</param>
internal sealed class ReberProblem(int window) : SyntheticProblem
{
    internal const string Name = "reber";
    internal const int DefaultWindow = 40;

    /// <summary>Bound on redraws. One string in four is of the shortest two kinds, so it is never met.</summary>
    private const int MostDraws = 1000;

    internal override string Definition => $"reber 1, window {window}";

    internal override double? MemorylessLoss => null;

    /// <summary>Checks the window.</summary>
    /// <exception cref="BadInputException">Shorter than every string.</exception>
    internal static ReberProblem Of(int window) => window >= ReberGrammar.ShortestLength - 1 ? new ReberProblem(window)
        : throw new BadInputException(
            $"--window {window}: the shortest string has {ReberGrammar.ShortestLength - 1} steps; give more.");

    internal override SourceShape Shape(int lanes) =>
        new(true, ReberGrammar.Symbols.Length, true, ReberGrammar.Symbols.Length, window, lanes);

    internal override void Draw(SequenceBatch batch, int lane, ref RandomStream random)
    {
        for (int draw = 0; draw < MostDraws; draw++)
        {
            if (TryDraw(batch, lane, ref random))
                return;
        }

        throw new InvalidOperationException("No string was short enough.");
    }

    internal override bool IsRight(SequenceBatch batch, int lane, int t, ReadOnlySpan<float> outputs)
    {
        var walk = default(ReberGrammar.Walk);
        for (int step = 0; step <= t; step++)
            walk = walk.After(batch.Tokens[(step * batch.Lanes) + lane]);
        return ReberGrammar.IsRight(walk.Legal, outputs);
    }

    private bool TryDraw(SequenceBatch batch, int lane, ref RandomStream random)
    {
        var walk = default(ReberGrammar.Walk);
        int token = 0;
        for (int t = -1; walk.Legal != 0; t++)
        {
            int next = Choose(walk.Legal, ref random);
            if (t >= window)
            {
                Clear(batch, lane);
                return false;
            }

            if (t >= 0)
            {
                batch.Tokens[(t * batch.Lanes) + lane] = token;
                batch.TargetClasses[(t * batch.Lanes) + lane] = next;
            }

            token = next;
            walk = walk.After(next);
        }

        return true;
    }

    private void Clear(SequenceBatch batch, int lane)
    {
        for (int t = 0; t < window; t++)
        {
            batch.Tokens[(t * batch.Lanes) + lane] = 0;
            batch.TargetClasses[(t * batch.Lanes) + lane] = SequenceBatch.IgnoredClass;
        }
    }

    /// <summary>One of the one or two legal tokens.</summary>
    private static int Choose(int legal, ref RandomStream random)
    {
        int first = BitOperations.TrailingZeroCount(legal);
        int others = legal & (legal - 1);
        return others != 0 && random.NextInt32(2) == 1 ? BitOperations.TrailingZeroCount(others) : first;
    }
}
