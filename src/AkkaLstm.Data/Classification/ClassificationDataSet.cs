using System.Globalization;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Classification;

/// <summary>Labelled sequences of differing length, each to be classified as a whole.</summary>
public sealed class ClassificationDataSet : DataSet
{
    private const int LargestLength = 1_000_000;
    private const int NamedClasses = 8;

    private readonly DataOptions _options;
    private readonly EncodedSequence[][] _splits;
    private readonly Lazy<IReadOnlyList<IClassificationMethod>> _baselines;

    private ClassificationDataSet(DataOptions options, string hash, SequenceEncoding encoding, EncodedSequence[][] splits)
        : base(options.Data, DataTask.Classify, hash)
    {
        _options = options;
        _splits = splits;
        Encoding = encoding;
        Shape = ShapeOf(encoding, splits.SelectMany(split => split), options.Batch);
        _baselines = new(FitBaselines);
    }

    /// <summary>Labels, and scales or vocabulary, from the training part or from the saved model.</summary>
    public SequenceEncoding Encoding { get; }

    /// <inheritdoc/>
    public override DataArtifacts Artifacts => new(null, null) { Classification = Encoding };

    /// <inheritdoc/>
    public override SourceShape Shape { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes => [Sizes(), Classes()];

    /// <inheritdoc/>
    public override bool Has(DataSplit split) => _splits[(int)split].Length > 0;

    /// <summary>Sequences of a split.</summary>
    public int SequenceCount(DataSplit split) => _splits[(int)split].Length;

    /// <inheritdoc/>
    public override TaskEvaluation Evaluate(DataSplit split)
    {
        _ = Source(split);
        return new ClassificationEvaluation(_splits[(int)split], Encoding.Labels, _baselines.Value);
    }

    /// <summary>Reads the files and cuts the splits.</summary>
    internal static ClassificationDataSet Open(DataOptions options, SequenceEncoding? saved)
    {
        DataSets.RequireWithin("--max-length", options.MaxLength ?? 1, 1, LargestLength);
        var columns = SequenceColumns.Of(options, saved, needsLabels: true);
        SequenceTable main = Read(options.Data, "--data", columns, out byte[]? mainBytes)!;
        SequenceTable? valid = Read(options.ValidPath, "--valid", columns, out byte[]? validBytes);
        SequenceTable? test = Read(options.TestPath, "--test", columns, out byte[]? testBytes);

        ILookup<DataSplit, SequenceRecord> parts = main.Sequences
            .Zip(StratifiedSplit.Of(main.Sequences, options)).ToLookup(pair => pair.Second, pair => pair.First);
        SequenceRecord[] training = [.. parts[DataSplit.Train]];
        SequenceEncoding encoding = saved ?? SequenceEncoding.Fit(options.Data, main, training, options);
        encoding.Require(options.Data, main);
        if (valid is not null)
            encoding.Require(options.ValidPath!, valid);
        if (test is not null)
            encoding.Require(options.TestPath!, test);
        EncodedSequence[][] splits =
        [
            [.. training.Select(Encode)],
            [.. (valid?.Sequences ?? parts[DataSplit.Valid]).Select(Encode)],
            [.. (test?.Sequences ?? parts[DataSplit.Test]).Select(Encode)],
        ];
        return new ClassificationDataSet(options, ContentHash.Of(mainBytes, validBytes, testBytes), encoding, splits);

        EncodedSequence Encode(SequenceRecord sequence) => encoding.Encode(sequence, options.MaxLength);
    }

    /// <summary>Sizes of batches; the longest sequence decides about the window.</summary>
    internal static SourceShape ShapeOf(SequenceEncoding encoding, IEnumerable<EncodedSequence> sequences, int lanes) => new(
        encoding.Vocabulary is not null,
        encoding.InputSize,
        IsClassTarget: true,
        encoding.Labels.Count,
        sequences.Max(sequence => sequence.Length),
        lanes);

    /// <summary>Reads a file or the built-in waves; null for no path.</summary>
    internal static SequenceTable? Read(string? path, string option, SequenceColumns columns, out byte[]? bytes)
    {
        bytes = null;
        if (path is null)
            return null;
        return path == Waves.Data ? Waves.Make(out bytes) : SequenceFile.Read(path, option, columns, out bytes);
    }

    /// <inheritdoc/>
    protected override ISequenceSource CreateSource(DataSplit split) => Has(split)
        ? new ClassificationSource(_splits[(int)split], Shape, split == DataSplit.Train ? _options.Seed : null, WeightsOf(split))
        : throw MissingSplit(split);

    /// <summary>What is evaluated counts as it is.</summary>
    private ClassWeights WeightsOf(DataSplit split) => split == DataSplit.Train ? _options.ClassWeights : ClassWeights.Equal;

    private IReadOnlyList<IClassificationMethod> FitBaselines()
    {
        EncodedSequence[] training = _splits[(int)DataSplit.Train];
        return training.Length == 0 ? []
            : [
                new MajorityMethod(training, Encoding.Labels),
                new CentroidMethod(training, Encoding.Labels.Count, Encoding.InputSize),
            ];
    }

    private string Sizes()
    {
        EncodedSequence[] all = [.. _splits.SelectMany(split => split)];
        int cut = all.Count(sequence => _options.MaxLength == sequence.Length && IsCut(sequence));
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"data: {_splits[0].Length:N0} sequences to train on, {_splits[1].Length:N0} to validate, {_splits[2].Length:N0} to test; "
            + $"{all.Min(sequence => sequence.Length):N0} to {Shape.WindowLength:N0} steps");
        return cut == 0 ? text : string.Create(
            CultureInfo.InvariantCulture, $"{text}, {cut:N0} cut to their last {_options.MaxLength:N0}");
    }

    private bool IsCut(EncodedSequence sequence) => sequence.Record.Text is { } text
        ? Encoding.Vocabulary!.Encode(text).Length > sequence.Length
        : sequence.Record.Values.Length > sequence.Values.Length;

    private string Classes()
    {
        EncodedSequence[] training = _splits[(int)DataSplit.Train];
        (string Label, int Count)[] counts =
        [
            .. Encoding.Labels.Select((label, c) => (label, training.Count(sequence => sequence.Class == c)))
                .OrderByDescending(label => label.Item2),
        ];
        IEnumerable<string> named = counts.Take(NamedClasses).Select(label => string.Create(
            CultureInfo.InvariantCulture, $"{CsvText.Shorten(label.Label)} {100.0 * label.Count / Math.Max(training.Length, 1):0.#} %"));
        string more = counts.Length > NamedClasses ? $" and {counts.Length - NamedClasses} more" : "";
        string text = $"classes: {string.Join(", ", named)}{more}";

        // Twice an equal share: by then the rare classes hardly move the accuracy.
        bool isUneven = counts[0].Count * counts.Length > 2 * training.Length;
        return isUneven ? text + "; uneven, so look at macro-F1 rather than accuracy" : text;
    }
}
