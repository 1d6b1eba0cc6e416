using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Text;

/// <summary>A text for a language model of characters or words.</summary>
public sealed class TextDataSet : DataSet
{
    private const double DefaultFraction = 0.05;

    private readonly int[][] _tokens;

    private TextDataSet(DataOptions options, DataTask task, string hash, Vocabulary vocabulary, int[][] tokens)
        : base(options.Data, task, hash)
    {
        Vocabulary = vocabulary;
        _tokens = tokens;
        Shape = new SourceShape(true, vocabulary.Size, true, vocabulary.Size, options.Window, options.Batch);
    }

    /// <summary>The tokens, from the training part or from the saved model.</summary>
    public Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public override DataArtifacts Artifacts => new(null, Vocabulary);

    /// <inheritdoc/>
    public override SourceShape Shape { get; }

    /// <inheritdoc/>
    public override bool Has(DataSplit split) => _tokens[(int)split].Length > 0;

    /// <summary>The token ids of a split, in the text's order.</summary>
    public ReadOnlyMemory<int> Tokens(DataSplit split) => _tokens[(int)split];

    /// <inheritdoc/>
    public override TaskEvaluation Evaluate(DataSplit split)
    {
        _ = Source(split);
        return new LanguageEvaluation(Vocabulary.Kind);
    }

    /// <summary>Reads the text and its splits.</summary>
    internal static TextDataSet Open(DataOptions options, DataTask task, Vocabulary? saved)
    {
        VocabularyKind kind = task == DataTask.CharLm ? VocabularyKind.Characters : VocabularyKind.Words;
        if (saved is not null && saved.Kind != kind)
        {
            throw new BadInputException(
                $"--task: the model's vocabulary is of {saved.Kind.ToString().ToLowerInvariant()}; "
                + "give the task it was trained for.");
        }

        if (options.MaxVocabulary is < 2)
        {
            throw new BadInputException(
                $"--max-vocabulary {options.MaxVocabulary}: must be at least 2, for <unk> and one word.");
        }

        TextPieces main = Cut(options.Data, "--data", kind, out byte[]? mainBytes)!;
        TextPieces? valid = Cut(options.ValidPath, "--valid", kind, out byte[]? validBytes);
        TextPieces? test = Cut(options.TestPath, "--test", kind, out byte[]? testBytes);
        SplitSizes sizes = SplitSizes.Of(main.Ids.Length, options, DefaultFraction);
        Vocabulary vocabulary = saved ?? Vocabulary.Build(kind, main, sizes.Train, options.MaxVocabulary);
        int[] tokens = vocabulary.Renumber(main);
        int[][] splits =
        [
            tokens[..sizes.Train],
            valid is null ? tokens[sizes.Train..(sizes.Train + sizes.Valid)] : vocabulary.Renumber(valid),
            test is null ? tokens[^sizes.Test..] : vocabulary.Renumber(test),
        ];
        return new TextDataSet(options, task, ContentHash.Of(mainBytes, validBytes, testBytes), vocabulary, splits);
    }

    /// <inheritdoc/>
    protected override ISequenceSource CreateSource(DataSplit split)
    {
        if (!Has(split))
            throw MissingSplit(split);
        int[] tokens = _tokens[(int)split];
        string part = split.ToString().ToLowerInvariant();
        if (split != DataSplit.Train)
        {
            return tokens.Length >= 2 ? TextSource.ForEvaluation(tokens, Shape) : throw new BadInputException(
                $"{Name}: the {part} part has only one token; give more text or a larger --{part}-fraction.");
        }

        long needed = TextSource.LeastTrainingTokens(Shape);
        return tokens.Length >= needed ? TextSource.ForTraining(tokens, Shape) : throw new BadInputException(
            $"{Name}: the training part has {tokens.Length} tokens, but --batch {Shape.Lanes} lanes of "
            + $"--window {Shape.WindowLength} "
            + $"need {needed}; give more text or a smaller --batch or --window.");
    }

    private static TextPieces? Cut(string? path, string option, VocabularyKind kind, out byte[]? bytes)
    {
        bytes = null;
        return path is null ? null : TextPieces.Cut(Utf8File.Read(path, option, out bytes), kind);
    }
}
