using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Synthetic;

/// <summary>
/// Copying memory (Hochreiter and Schmidhuber 1997; this form: Arjovsky, Shah and Bengio 2016, "Unitary
/// evolution recurrent neural networks"): ten symbols out of eight, D - 1 blanks, a delimiter, ten blanks in;
/// D + 10 blanks and then the ten symbols are asked for. A sequence has D + 20 steps. Without memory the best
/// mean loss is 10 ln 8 / (D + 20).
/// </summary>
/// <param name="delay">D.</param>
internal sealed class CopyProblem(int delay) : SyntheticProblem
{
    internal const string Name = "copy";
    internal const int DefaultWindow = 120;

    /// <summary>Symbols to remember.</summary>
    internal const int SymbolCount = 10;

    private const int AlphabetSize = 8;
    private const int Blank = AlphabetSize;
    private const int Delimiter = AlphabetSize + 1;

    private readonly int _length = delay + (2 * SymbolCount);

    internal override string Definition => $"copy 1, delay {delay}";

    internal override double? MemorylessLoss => SymbolCount * Math.Log(AlphabetSize) / _length;

    /// <summary>The problem whose sequences fill the window.</summary>
    /// <exception cref="BadInputException">No room for a delay.</exception>
    internal static CopyProblem Of(int window) => window > 2 * SymbolCount
        ? new CopyProblem(window - (2 * SymbolCount))
        : throw new BadInputException($"--window {window}: copy needs 20 steps and the delay, so at least 21.");

    /// <summary>Sizes: blank is among the classes asked for, the delimiter is not.</summary>
    internal override SourceShape Shape(int lanes) =>
        new(true, AlphabetSize + 2, true, AlphabetSize + 1, _length, lanes);

    internal override void Draw(SequenceBatch batch, int lane, ref RandomStream random)
    {
        for (int t = 0; t < _length; t++)
        {
            batch.Tokens[(t * batch.Lanes) + lane] = t == SymbolCount + delay - 1 ? Delimiter : Blank;
            batch.TargetClasses[(t * batch.Lanes) + lane] = Blank;
        }

        for (int t = 0; t < SymbolCount; t++)
        {
            int symbol = random.NextInt32(AlphabetSize);
            batch.Tokens[(t * batch.Lanes) + lane] = symbol;
            batch.TargetClasses[((_length - SymbolCount + t) * batch.Lanes) + lane] = symbol;
        }
    }

    internal override bool IsRight(SequenceBatch batch, int lane, int t, ReadOnlySpan<float> outputs) =>
        Largest(outputs) == batch.TargetClasses[(t * batch.Lanes) + lane];
}
