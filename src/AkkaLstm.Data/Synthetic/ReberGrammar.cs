namespace AkkaLstm.Data.Synthetic;

/// <summary>
/// The embedded Reber grammar (Cleeremans, Servan-Schreiber and McClelland 1989; Hochreiter and Schmidhuber
/// 1997, section 5.1): B, then T or P, a string of the Reber grammar, the same T or P again, E. To know the
/// last but one symbol, the second must be remembered.
/// </summary>
public static class ReberGrammar
{
    /// <summary>Symbol of token i is Symbols[i].</summary>
    public const string Symbols = "BTPSXVE";

    /// <summary>Symbols in the shortest string.</summary>
    public const int ShortestLength = 9;

    // Invariant: Edges[s] are the two ways on from inner state s (equal where there is one); state 7 is past the
    // final E.
    private static readonly (char Symbol, int Next)[][] Edges =
    [
        [('B', 1), ('B', 1)],
        [('T', 2), ('P', 3)],
        [('S', 2), ('X', 4)],
        [('T', 3), ('V', 5)],
        [('X', 3), ('S', 6)],
        [('P', 4), ('V', 6)],
        [('E', 7), ('E', 7)],
    ];

    private const int InnerEnd = 7;

    /// <summary>
    /// The symbols that may follow a legal beginning, as bits by token; 0 after a whole string.
    /// </summary>
    /// <param name="beginning">Tokens of a legal beginning.</param>
    /// <exception cref="ArgumentException">The grammar has no such beginning.</exception>
    public static int LegalSuccessors(ReadOnlySpan<int> beginning)
    {
        var walk = default(Walk);
        foreach (int token in beginning)
        {
            if ((walk.Legal & (1 << token)) == 0)
                throw new ArgumentException("Not a beginning of the embedded Reber grammar.", nameof(beginning));
            walk = walk.After(token);
        }

        return walk.Legal;
    }

    /// <summary>
    /// The criterion of the 1997 paper for one step: every legal successor has a higher output than every
    /// other symbol.
    /// </summary>
    /// <param name="legal">Bits of the legal successors.</param>
    /// <param name="outputs">One output for each symbol.</param>
    public static bool IsRight(int legal, ReadOnlySpan<float> outputs)
    {
        float lowestLegal = float.PositiveInfinity;
        float highestOther = float.NegativeInfinity;
        for (int token = 0; token < Symbols.Length; token++)
        {
            if ((legal & (1 << token)) != 0)
                lowestLegal = Math.Min(lowestLegal, outputs[token]);
            else
                highestOther = Math.Max(highestOther, outputs[token]);
        }

        return lowestLegal > highestOther;
    }

    /// <summary>Where in the grammar a string stands.</summary>
    /// <param name="Place">
    /// 0 before B, 1 before T or P, 2 inside, 3 before the second T or P, 4 before E, 5 done.
    /// </param>
    /// <param name="Remembered">Token of the first T or P.</param>
    /// <param name="Inner">State of the inner grammar.</param>
    internal readonly record struct Walk(int Place, int Remembered, int Inner)
    {
        /// <summary>Bits of the tokens that may come next.</summary>
        internal int Legal => Place switch
        {
            0 => Bit('B'),
            1 => Bit('T') | Bit('P'),
            2 => Bit(Edges[Inner][0].Symbol) | Bit(Edges[Inner][1].Symbol),
            3 => 1 << Remembered,
            4 => Bit('E'),
            _ => 0,
        };

        /// <summary>Where it stands after a legal token.</summary>
        internal Walk After(int token)
        {
            switch (Place)
            {
                case 1:
                    return new Walk(2, token, 0);
                case 2:
                    int inner = Edges[Inner][Symbols[token] == Edges[Inner][0].Symbol ? 0 : 1].Next;
                    return this with { Inner = inner, Place = inner == InnerEnd ? 3 : 2 };
                default:
                    return this with { Place = Place + 1 };
            }
        }

        private static int Bit(char symbol) => 1 << Symbols.IndexOf(symbol, StringComparison.Ordinal);
    }
}
