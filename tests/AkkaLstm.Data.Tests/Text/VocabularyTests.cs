using AkkaLstm.Data.Text;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Tests.Text;

public sealed class VocabularyTests
{
    [Fact]
    public void Build_Characters_AreSortedScalarsOfTheTrainingPartAndUnknown()
    {
        TextPieces text = TextPieces.Cut("b\U0001F600a\uFF5Ebq", VocabularyKind.Characters);
        Vocabulary vocabulary = Vocabulary.Build(VocabularyKind.Characters, text, 5, null);

        // Ordinal UTF-16 order would put the emoji (a surrogate pair) before U+FF5E; the sixth character is not in training.
        Assert.Equal(["a", "b", "\uFF5E", "\U0001F600", "<unk>"], vocabulary.Tokens);
        Assert.Equal([1, 3, 0, 2, 1, 4], vocabulary.Renumber(text));
        Assert.Equal("b\uFFFDa", vocabulary.Decode(vocabulary.Encode("bqa")));
    }

    [Fact]
    public void Build_Words_AreByFrequencyThenOrdinal()
    {
        TextPieces text = TextPieces.Cut("to be or\tnot to  be\r\nthat is\n", VocabularyKind.Words);
        Vocabulary vocabulary = Vocabulary.Build(VocabularyKind.Words, text, text.Ids.Length, null);
        Assert.Equal(["<eos>", "be", "to", "is", "not", "or", "that", "<unk>"], vocabulary.Tokens);
        Assert.Equal([2, 1, 5, 4, 2, 1, 0, 6, 3, 0], vocabulary.Renumber(text));
        Assert.Equal("to be or not to be\nthat is\n", vocabulary.Decode(vocabulary.Renumber(text)));
    }

    [Theory]
    [InlineData(3, new[] { "x", "<eos>", "<unk>" })]
    [InlineData(4, new[] { "x", "<eos>", "y", "<unk>" })]
    [InlineData(2, new[] { "x", "<unk>" })]
    public void Build_LargestSizeGiven_KeepsTheMostFrequentAndUnknown(int size, string[] expected)
    {
        TextPieces text = TextPieces.Cut("x y x\nz x\n", VocabularyKind.Words);
        Assert.Equal(expected, Vocabulary.Build(VocabularyKind.Words, text, text.Ids.Length, size).Tokens);
    }

    [Fact]
    public void Build_TextThatHasUnknown_KeepsItsRank()
    {
        TextPieces text = TextPieces.Cut("<unk> a <unk> b a <unk>", VocabularyKind.Words);
        Vocabulary vocabulary = Vocabulary.Build(VocabularyKind.Words, text, text.Ids.Length, null);
        Assert.Equal(["<unk>", "a", "b"], vocabulary.Tokens);
        Assert.Equal(0, vocabulary.UnknownId);
        Assert.Null(vocabulary.EndOfLineId);
        Assert.Equal(["<unk>", "a"], Vocabulary.Build(VocabularyKind.Words, text, text.Ids.Length, 2).Tokens);
    }

    [Fact]
    public void EncodePrompt_AnyPrompt_StartsAfterALineEndWhereThereIsOne()
    {
        Assert.Equal([1], new Vocabulary(VocabularyKind.Words, ["a", "<eos>", "<unk>"]).EncodePrompt("  "));
        Assert.Equal([0], new Vocabulary(VocabularyKind.Characters, ["\n", "a", "<unk>"]).EncodePrompt(""));
        Assert.Equal([0], new Vocabulary(VocabularyKind.Characters, ["a", "<unk>"]).EncodePrompt(""));
        Assert.Equal([0, 1, 2], new Vocabulary(VocabularyKind.Characters, ["\n", "a", "<unk>"]).EncodePrompt("az"));
        Assert.Equal([0, 1], new Vocabulary(VocabularyKind.Characters, ["a", "<unk>"]).EncodePrompt("az"));
    }

    [Fact]
    public void Piece_Words_AreSeparatedWithinALine()
    {
        var vocabulary = new Vocabulary(VocabularyKind.Words, ["a", "<eos>", "<unk>"]);
        Assert.Equal("a", vocabulary.Piece(null, 0));
        Assert.Equal(" a", vocabulary.Piece(0, 0));
        Assert.Equal(" <unk>", vocabulary.Piece(0, 2));
        Assert.Equal("\n", vocabulary.Piece(0, 1));
        Assert.Equal("a", vocabulary.Piece(1, 0));
    }

    [Fact]
    public void Perplexity_OfUniformModel_IsTheVocabularySize()
    {
        Assert.Equal(64, LanguageEvaluation.Perplexity(Math.Log(64)), 9);
        Assert.Equal(6, LanguageEvaluation.BitsPerCharacter(Math.Log(64)), 9);
    }
}
