using AkkaLstm.Data.Classification;
using AkkaLstm.Data.Text;

namespace AkkaLstm.Data;

/// <summary>
/// Everything a plan says about data. Two equal records over equal files give equal batches. Sizes are
/// checked by <see cref="DataSets.Open"/>.
/// </summary>
public sealed record DataOptions
{
    /// <summary>A file, or <c>builtin:NAME</c> (<see cref="DataSets.Builtins"/>).</summary>
    public required string Data { get; init; }

    /// <summary>
    /// What is asked of the model; null takes the built-in's task, and for a .csv file
    /// <see cref="DataTask.Forecast"/>.
    /// </summary>
    public DataTask? Task { get; init; }

    /// <summary>A file of its own for validation; null cuts validation from <see cref="Data"/>.</summary>
    public string? ValidPath { get; init; }

    /// <summary>A file of its own for the test; null cuts the test part from <see cref="Data"/>.</summary>
    public string? TestPath { get; init; }

    /// <summary>
    /// T, the time steps of a window. For synthetic problems the (largest) length of a sequence; for classification not used, the
    /// longest sequence decides (see <see cref="MaxLength"/>).
    /// </summary>
    public required int Window { get; init; }

    /// <summary>B, the lanes of the batch.</summary>
    public required int Batch { get; init; }

    /// <summary>The plan's seed: order of training samples, and contents of synthetic sequences.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Part of the rows or tokens, after the training part, that is kept for validation; null: 0.15
    /// (forecast, classification: of each class), 0.05 (text). Not used where <see cref="ValidPath"/> is given.
    /// </summary>
    public double? ValidFraction { get; init; }

    /// <summary>
    /// The last part, kept for the test; null: as for validation. Not used where <see cref="TestPath"/> is
    /// given.
    /// </summary>
    public double? TestFraction { get; init; }

    /// <summary>
    /// Forecast: input columns; null: every column but the date column. Classification: likewise, but those of sequence, label and order.
    /// </summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>Forecast: columns to forecast; null: all inputs.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>
    /// Forecast: column with dates, kept for output; null: the first column whose first value is a date (ISO
    /// 8601) and not a number, if there is one.
    /// </summary>
    public string? DateColumn { get; init; }

    /// <summary>Forecast: steps ahead that the model predicts at once (direct multi-step).</summary>
    public int Horizon { get; init; } = 1;

    /// <summary>
    /// Forecast: the targets are differenced over so many rows, and forecasts brought back to values; null: they are not.
    /// </summary>
    public int? Difference { get; init; }

    /// <summary>Forecast: quantiles to forecast, ascending, with 0.5; null: the mean.</summary>
    public IReadOnlyList<double>? Quantiles { get; init; }

    /// <summary>Forecast: input columns whose values are known for the rows that are forecast; null: none.</summary>
    public IReadOnlyList<string>? Known { get; init; }

    /// <summary>
    /// Forecast: season of the seasonal naive baseline, in rows; null: estimated on the training part.
    /// </summary>
    public int? SeasonLength { get; init; }

    /// <summary>Forecast: order p of the AR(p) baseline; null: chosen by AIC on the training part.</summary>
    public int? ArOrder { get; init; }

    /// <summary>
    /// Word-lm, classification by words: largest vocabulary, &lt;unk&gt; and &lt;eos&gt; included; null: no limit.
    /// </summary>
    public int? MaxVocabulary { get; init; }

    /// <summary>Synthetic: training sequences in an epoch; null: 10,000.</summary>
    public int? TrainSequences { get; init; }

    /// <summary>Synthetic: sequences in validation and in test, each; null: 1,000.</summary>
    public int? EvaluationSequences { get; init; }

    /// <summary>Classification: CSV column that tells the sequences apart; null: <c>sequence</c>.</summary>
    public string? SequenceColumn { get; init; }

    /// <summary>Classification: CSV column, or field of JSON Lines, with the label; null: <c>label</c>.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Classification: CSV column that orders the rows of a sequence; null: the file's order.</summary>
    public string? OrderColumn { get; init; }

    /// <summary>Classification of texts: what a time step is; null: words.</summary>
    public VocabularyKind? Tokens { get; init; }

    /// <summary>Classification: of a longer sequence only so many steps, its last ones, are read; null: no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Classification: what a sequence weighs in the training loss. Default: all the same.</summary>
    public ClassWeights ClassWeights { get; init; } = ClassWeights.Equal;
}
