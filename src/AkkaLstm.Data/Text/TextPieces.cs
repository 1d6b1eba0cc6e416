using System.Runtime.InteropServices;
using System.Text;

namespace AkkaLstm.Data.Text;

/// <summary>
/// A text cut into pieces (characters or words), each given a number in order of first appearance. A
/// vocabulary is built from the pieces of the training part and then renumbers them all with one table, so
/// that a text is cut only once.
/// </summary>
/// <param name="Ids">The text as numbers of pieces.</param>
/// <param name="Pieces">Piece of each number.</param>
internal sealed record TextPieces(int[] Ids, IReadOnlyList<string> Pieces)
{
    /// <summary>Cuts a text.</summary>
    internal static TextPieces Cut(string text, VocabularyKind kind) =>
        kind == VocabularyKind.Characters ? CutCharacters(text) : CutWords(text);

    private static TextPieces CutCharacters(string text)
    {
        var ids = new List<int>(text.Length);
        var pieces = new List<string>();
        var numbers = new Dictionary<int, int>();
        foreach (Rune rune in text.EnumerateRunes())
        {
            ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, rune.Value, out bool known);
            if (!known)
            {
                number = pieces.Count;
                pieces.Add(rune.ToString());
            }

            ids.Add(number);
        }

        return new TextPieces([.. ids], pieces);
    }

    /// <summary>
    /// Words are what white space separates; a line feed is itself the word that ends a sentence.
    /// </summary>
    private static TextPieces CutWords(string text)
    {
        var ids = new List<int>();
        var pieces = new List<string>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var lookup = numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        int position = 0;
        while (position < text.Length)
        {
            if (text[position] == '\n')
            {
                Add(Vocabulary.EndOfLine);
                position++;
            }
            else if (char.IsWhiteSpace(text[position]))
            {
                position++;
            }
            else
            {
                int start = position;
                while (position < text.Length && !char.IsWhiteSpace(text[position]))
                    position++;
                Add(text.AsSpan(start, position - start));
            }
        }

        return new TextPieces([.. ids], pieces);

        void Add(ReadOnlySpan<char> word)
        {
            if (!lookup.TryGetValue(word, out int number))
            {
                number = pieces.Count;
                pieces.Add(word.ToString());
                numbers.Add(pieces[number], number);
            }

            ids.Add(number);
        }
    }
}
