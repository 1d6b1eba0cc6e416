namespace AkkaLstm.Data.Classification;

// T steps of a sequence, I features.

/// <summary>One sequence as a file has it.</summary>
/// <param name="Id">What tells it from the others: the cell of the sequence column, the field "id", or the line.</param>
/// <param name="Label">Its class; null where the file does not say.</param>
/// <param name="Place">File and line of its beginning, for messages.</param>
/// <param name="Values">(T, I), all finite; empty for texts.</param>
/// <param name="Text">The text; null for values.</param>
internal sealed record SequenceRecord(string Id, string? Label, string Place, double[] Values, string? Text);

/// <summary>All sequences of a file: all of values, or all texts.</summary>
/// <param name="Features">Names of the I features; null for texts.</param>
/// <param name="Sequences">In the file's order; at least one.</param>
internal sealed record SequenceTable(IReadOnlyList<string>? Features, IReadOnlyList<SequenceRecord> Sequences);

/// <summary>Which columns or fields of a file are what.</summary>
/// <param name="Sequence">Column that tells sequences apart; null: <c>sequence</c>. CSV only.</param>
/// <param name="Label">Column or field of the label; null: <c>label</c>.</param>
/// <param name="Order">Column that orders the rows of a sequence; null: the file's order. CSV only.</param>
/// <param name="Features">Columns that are read; null: all others. CSV only.</param>
/// <param name="NeedsLabels">Whether every sequence must have a label.</param>
internal sealed record SequenceColumns(
    string? Sequence, string? Label, string? Order, IReadOnlyList<string>? Features, bool NeedsLabels)
{
    /// <summary>Whether a trained model has chosen the features, so that no option can choose otherwise.</summary>
    internal bool IsOfModel { get; private init; }

    /// <summary>Name of the label's column or field.</summary>
    internal string LabelName => Label ?? "label";

    /// <summary>What the options, or the features of a saved model, ask for.</summary>
    internal static SequenceColumns Of(DataOptions options, SequenceEncoding? saved, bool needsLabels) => new(
        options.SequenceColumn,
        options.LabelColumn,
        options.OrderColumn,
        saved?.Features is { } features ? [.. features.Select(feature => feature.Column)] : options.Inputs,
        needsLabels)
    {
        IsOfModel = saved is not null,
    };
}
