using AkkaLstm.Data.Text;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Tests.Text;

public sealed class TextDataSetTests : IDisposable
{
    private readonly TempFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Open_NoFractions_CutsNinetyFiveFive()
    {
        TextDataSet data = Open(new string('a', 900) + new string('b', 50) + new string('c', 50));
        Assert.Equal(900, data.Tokens(DataSplit.Train).Length);
        Assert.Equal(["a", "<unk>"], data.Vocabulary.Tokens);
        Assert.Equal(50, data.Tokens(DataSplit.Valid).Length);
        Assert.All(data.Tokens(DataSplit.Test).ToArray(), token => Assert.Equal(data.Vocabulary.UnknownId, token));
    }

    [Fact]
    public void Open_FractionsGiven_ValidIsTheLastTenth()
    {
        DataOptions options = Options(new string('a', 900) + new string('b', 100)) with { ValidFraction = 0.1, TestFraction = 0 };
        DataSet data = DataSets.Open(options);
        Assert.False(data.Has(DataSplit.Test));
        Assert.Equal(99, data.Source(DataSplit.Valid).TargetsPerEpoch);
    }

    [Fact]
    public void Fill_Train_LanesAreContiguousAndCarryOn()
    {
        // 46 tokens in training: 45 predictions in 4 lanes of 11, so 2 windows of 5; one step and one token are left over.
        string text = Alphabet(46);
        ISequenceSource source = Open(text, window: 5, batch: 4, own: true).Source(DataSplit.Train);
        Assert.Equal(2, source.StepsPerEpoch);
        for (int lane = 0; lane < 4; lane++)
        {
            for (int step = 0; step < 2; step++)
            {
                SequenceBatch batch = Windows.Fill(source, 7, step, lane, 1);
                Assert.Equal(step == 0, batch.ResetsCarry[0]);
                for (int t = 0; t < 5; t++)
                {
                    int position = (lane * 11) + (step * 5) + t;
                    Assert.Equal(position, batch.Tokens[t]);
                    Assert.Equal(position + 1, batch.TargetClasses[t]);
                }
            }
        }
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 4)]
    [InlineData(21, 4)]
    [InlineData(46, 4)]
    [InlineData(47, 1)]
    [InlineData(60, 7)]
    public void Fill_Evaluation_PredictsEveryTokenAfterTheFirstOnce(int length, int lanes)
    {
        string text = Alphabet(70);
        ISequenceSource source = Open(text, window: 5, batch: lanes, own: true, valid: text[..length]).Source(DataSplit.Valid);
        var targets = new List<int>();
        for (int step = 0; step < source.StepsPerEpoch; step++)
        {
            SequenceBatch batch = Windows.Fill(source, 0, step, 0, lanes);
            for (int cell = 0; cell < batch.TimeSteps * lanes; cell++)
            {
                if (batch.TargetClasses[cell] == SequenceBatch.IgnoredClass)
                {
                    Assert.Equal(0, batch.Tokens[cell]);
                    continue;
                }

                targets.Add(batch.TargetClasses[cell]);
                Assert.Equal(batch.TargetClasses[cell] - 1, batch.Tokens[cell]);
            }
        }

        Assert.Equal(Enumerable.Range(1, length - 1), targets.Order());
        Assert.Equal(length - 1, source.TargetsPerEpoch);
    }

    [Fact]
    public void Open_WithSavedVocabulary_KeepsItsIds()
    {
        var saved = new Vocabulary(VocabularyKind.Characters, ["z", "a", "<unk>"]);
        var data = (TextDataSet)DataSets.Open(
            Options("azbb") with { ValidFraction = 0, TestFraction = 1 }, new DataArtifacts(null, saved));
        Assert.Equal([1, 0, 2, 2], data.Tokens(DataSplit.Test).ToArray());
        Assert.Equal(3, data.Source(DataSplit.Test).TargetsPerEpoch);
        Assert.Throws<BadInputException>(() => data.Source(DataSplit.Train));
    }

    [Fact]
    public void Open_WordsWithSavedCharacters_SaysSo()
    {
        var saved = new Vocabulary(VocabularyKind.Characters, ["a", "<unk>"]);
        var error = Assert.Throws<BadInputException>(
            () => DataSets.Open(Options("a b") with { Task = DataTask.WordLm }, new DataArtifacts(null, saved)));
        Assert.Contains("--task", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TextShorterThanLanesTimesWindow_SaysHowMuchIsNeeded()
    {
        var error = Assert.Throws<BadInputException>(() => Open(Alphabet(56)));
        Assert.Contains("50 tokens", error.Message, StringComparison.Ordinal);
        Assert.Contains("--batch 10 lanes of --window 5 need 51", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', 0xFF, (byte)'b' }, 2, 2)]
    [InlineData(new byte[] { 0xC3, 0xA9, (byte)'\n', (byte)'\n', 0xC3 }, 3, 4)]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, 1, 0)]
    public void Open_NotUtf8_NamesLineAndOffset(byte[] bytes, int line, int offset)
    {
        string path = _files.Write("bad.txt", bytes);
        var error = Assert.Throws<BadInputException>(() => DataSets.Open(Options("a") with { Data = path }));
        Assert.StartsWith($"{path}:{line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains($"at offset {offset} is not valid UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyOrMissing_NamesTheFile()
    {
        string empty = _files.Write("empty.txt", "");
        string missing = _files.PathOf("missing.txt");
        foreach ((DataOptions options, string path) in new[]
        {
            (Options("a") with { Data = empty }, empty), (Options("a") with { Data = missing }, missing),
            (Options(Alphabet(60)) with { ValidPath = missing }, missing), (Options(Alphabet(60)) with { TestPath = empty }, empty),
        })
        {
            var error = Assert.Throws<BadInputException>(() => DataSets.Open(options));
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_LargestVocabularyTooSmall_NamesTheOption()
    {
        var error = Assert.Throws<BadInputException>(
            () => DataSets.Open(Options("a b c") with { Task = DataTask.WordLm, MaxVocabulary = 1 }));
        Assert.StartsWith("--max-vocabulary 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Finish_CharacterLoss_GivesPerplexityAndBits()
    {
        EvaluationReport report = Open(Alphabet(700)).Evaluate(DataSplit.Test).Finish(Math.Log(2));
        Assert.Equal(2, report.Model["perplexity"]!.Value, 12);
        Assert.Equal(1, report.Model["bitsPerCharacter"]!.Value, 12);
    }

    /// <summary>Distinct characters in rising order, so that a token's id is its position.</summary>
    private static string Alphabet(int length) => string.Concat(Enumerable.Range(0, length).Select(i => (char)(0x4E00 + i)));

    private DataOptions Options(string text) => new()
    {
        Data = _files.Write("text.txt", text), Task = DataTask.CharLm, Window = 5, Batch = 10,
    };

    private TextDataSet Open(string text, int window = 5, int batch = 10, bool own = false, string? valid = null) =>
        (TextDataSet)DataSets.Open(Options(text) with
        {
            Window = window,
            Batch = batch,
            ValidPath = valid is null ? null : _files.Write("valid.txt", valid),
            ValidFraction = own ? 0 : null,
            TestFraction = own ? 0 : null,
        });
}
