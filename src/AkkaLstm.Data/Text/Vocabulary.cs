using System.Text;
using System.Text.Json.Serialization;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Text;

/// <summary>What a token of a text is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VocabularyKind>))]
public enum VocabularyKind
{
    /// <summary>A Unicode scalar value.</summary>
    Characters,

    /// <summary>What white space separates; a line feed is <see cref="Vocabulary.EndOfLine"/>.</summary>
    Words,
}

/// <summary>
/// The tokens a model knows; token id i stands for <see cref="Tokens"/>[i]. Built from the training part only
/// and saved with the model. It always has an <see cref="Unknown"/> token, which stands for everything else.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>
    /// Token for what is not in the vocabulary. In characters it cannot be mistaken: it is longer than one.
    /// </summary>
    public const string Unknown = "<unk>";

    /// <summary>Word that stands for a line feed.</summary>
    public const string EndOfLine = "<eos>";

    private readonly Dictionary<string, int> _ids;

    /// <summary>Makes a vocabulary of given tokens.</summary>
    /// <param name="kind">What a token is.</param>
    /// <param name="tokens">Distinct tokens, with <see cref="Unknown"/> among them.</param>
    [JsonConstructor]
    public Vocabulary(VocabularyKind kind, IReadOnlyList<string> tokens)
    {
        Kind = kind;
        Tokens = tokens;
        _ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
        {
            // A damaged file may hold nulls or repeats; Validate finds them by the count.
            if (tokens[id] is { } token)
                _ids.TryAdd(token, id);
        }

        UnknownId = _ids.GetValueOrDefault(Unknown, -1);
    }

    /// <summary>What a token is.</summary>
    public VocabularyKind Kind { get; }

    /// <summary>
    /// Tokens by id. Characters are in order of code point, then <see cref="Unknown"/>; words by falling
    /// frequency in the training part, equal ones in ordinal order.
    /// </summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>V.</summary>
    [JsonIgnore]
    public int Size => Tokens.Count;

    /// <summary>Id of <see cref="Unknown"/>.</summary>
    [JsonIgnore]
    public int UnknownId { get; }

    /// <summary>
    /// Id of the line end (<see cref="EndOfLine"/>, or the character line feed), or null if training text had
    /// none.
    /// </summary>
    [JsonIgnore]
    public int? EndOfLineId =>
        _ids.TryGetValue(Kind == VocabularyKind.Words ? EndOfLine : "\n", out int id) ? id : null;

    /// <summary>Token ids of a text; what is not known becomes <see cref="UnknownId"/>.</summary>
    public int[] Encode(string text) => Renumber(TextPieces.Cut(text, Kind));

    /// <summary>
    /// Token ids to start a generation with: a line end, where the vocabulary has one, and the prompt. Never empty.
    /// </summary>
    /// <remarks>
    /// Training carries the state from window to window, so a model has hardly met the zero state that a generation starts from;
    /// without the line end before it, a short prompt can leave it among states that mean nothing.
    /// </remarks>
    public int[] EncodePrompt(string prompt)
    {
        int[] ids = Encode(prompt);
        return EndOfLineId is { } lineEnd ? [lineEnd, .. ids]
            : ids.Length > 0 ? ids
            : [0];
    }

    /// <summary>The text of a sequence of tokens; an unknown character becomes U+FFFD.</summary>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder();
        int? previous = null;
        foreach (int id in ids)
        {
            text.Append(Piece(previous, id));
            previous = id;
        }

        return text.ToString();
    }

    /// <summary>
    /// What a token adds to a text in which it follows another: between words of a line, a space comes first.
    /// </summary>
    /// <param name="previous">Id of the token before, null at the start.</param>
    /// <param name="id">Id of the token.</param>
    public string Piece(int? previous, int id)
    {
        if (Kind == VocabularyKind.Characters)
            return id == UnknownId ? "\uFFFD" : Tokens[id];
        if (id == EndOfLineId)
            return "\n";
        return previous is null || previous == EndOfLineId ? Tokens[id] : " " + Tokens[id];
    }

    /// <summary>Builds the vocabulary of the first <paramref name="trainCount"/> pieces of a text.</summary>
    /// <param name="kind">What a token is.</param>
    /// <param name="text">The text, cut.</param>
    /// <param name="trainCount">Length of the training part.</param>
    /// <param name="maxWords">Largest size for words, at least 2; null for no limit.</param>
    internal static Vocabulary Build(VocabularyKind kind, TextPieces text, int trainCount, int? maxWords)
    {
        var counts = new int[text.Pieces.Count];
        foreach (int id in text.Ids.AsSpan(0, trainCount))
            counts[id]++;
        IEnumerable<(string Piece, int Count)> seen = text.Pieces.Zip(counts).Where(piece => piece.Second > 0);
        if (kind == VocabularyKind.Characters)
        {
            IEnumerable<string> sorted = seen.Select(piece => piece.Piece).OrderBy(piece => Rune.GetRuneAt(piece, 0));
            return new Vocabulary(kind, [.. sorted, Unknown]);
        }

        // <unk> keeps the place its own frequency gives it (0 if the text never uses it), but is never cut off.
        int unknownCount = seen.FirstOrDefault(piece => piece.Piece == Unknown).Count;
        IEnumerable<(string Piece, int Count)> kept = ByFrequency(seen.Where(piece => piece.Piece != Unknown))
            .Take((maxWords ?? int.MaxValue) - 1).Append((Unknown, unknownCount));
        return new Vocabulary(kind, [.. ByFrequency(kept).Select(piece => piece.Piece)]);

        static IEnumerable<(string Piece, int Count)> ByFrequency(IEnumerable<(string Piece, int Count)> pieces) =>
            pieces.OrderByDescending(piece => piece.Count).ThenBy(piece => piece.Piece, StringComparer.Ordinal);
    }

    /// <summary>Token ids of a text that is already cut.</summary>
    internal int[] Renumber(TextPieces text)
    {
        int[] table = [.. text.Pieces.Select(piece => _ids.GetValueOrDefault(piece, UnknownId))];
        return Array.ConvertAll(text.Ids, id => table[id]);
    }

    /// <summary>Checks tokens that come from a file.</summary>
    /// <exception cref="BadInputException">Repeated tokens, or no <see cref="Unknown"/>.</exception>
    internal void Validate(string place)
    {
        if (_ids.Count != Tokens.Count || UnknownId < 0)
        {
            throw new BadInputException(
                $"{place}: the vocabulary has repeated tokens or no {Unknown}; "
                + "take the file that was saved with the model.");
        }
    }
}
