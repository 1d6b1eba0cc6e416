using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Forecasting;

/// <summary>Which columns a forecast reads and forecasts; null where the file decides.</summary>
/// <param name="Inputs">Input columns; null: every column but the date column.</param>
/// <param name="Targets">Columns to forecast; null: the inputs but the known ones.</param>
/// <param name="DateColumn">
/// Column with dates; null: the first one whose first cell is a date and not a number.
/// </param>
/// <param name="Known">Input columns whose future is known; they are no targets. Null: none.</param>
internal sealed record ColumnChoice(
    IReadOnlyList<string>? Inputs,
    IReadOnlyList<string>? Targets,
    string? DateColumn,
    IReadOnlyList<string>? Known = null)
{
    /// <summary>Whether a trained model has chosen, so that no option can choose otherwise.</summary>
    internal bool IsOfModel { get; init; }

    /// <summary>What the options ask for.</summary>
    internal static ColumnChoice Of(DataOptions options) => new(options.Inputs, options.Targets, options.DateColumn, options.Known);

    /// <summary>The columns that a model was trained on; dates stay a matter of the file.</summary>
    internal static ColumnChoice Of(Normalizer normalizer, DataOptions options) => new(
        [.. normalizer.Inputs.Select(scale => scale.Column)],
        [.. normalizer.Targets.Select(scale => scale.Column)],
        options.DateColumn,
        options.Known)
    {
        IsOfModel = true,
    };

    /// <summary>Settles what was left open.</summary>
    /// <param name="path">File, for messages.</param>
    /// <param name="headers">Columns there are.</param>
    /// <param name="firstRow">Cells of the first row, for recognising dates.</param>
    /// <exception cref="BadInputException">A column that is not there, or none left to forecast.</exception>
    internal (IReadOnlyList<string> Inputs, IReadOnlyList<string> Targets, string? DateColumn) Resolve(
        string path, IReadOnlyList<string> headers, IReadOnlyList<string> firstRow)
    {
        if (DateColumn is not null)
            Require(path, headers, "--date-column", [DateColumn]);
        string? date = DateColumn
            ?? headers.Zip(firstRow).FirstOrDefault(cell => DateSequence.IsDate(cell.Second)).First;
        IReadOnlyList<string> inputs = Inputs ?? [.. headers.Where(header => header != date)];
        if (Known is not null)
            Require(path, headers, "--known", Known);
        IReadOnlyList<string> targets = Targets ?? [.. inputs.Except(Known ?? [], StringComparer.Ordinal)];
        Require(path, headers, "--inputs", inputs);
        Require(path, headers, "--targets", targets);
        return targets.Intersect(Known ?? [], StringComparer.Ordinal).FirstOrDefault() is { } both
            ? throw new BadInputException(
                $"--known: column '{both}' is among the targets, so its future is not known; take it out of one of them.")
            : (inputs, targets, date);
    }

    private void Require(
        string path, IReadOnlyList<string> headers, string option, IReadOnlyList<string> asked)
    {
        string there = string.Join(", ", headers);
        if (asked.Count == 0)
            throw new BadInputException($"{path}:1: {option} names no column; there are: {there}.");
        foreach (string name in asked)
        {
            if (!headers.Contains(name, StringComparer.Ordinal))
            {
                string what = IsOfModel && option != "--date-column"
                    ? $"the model reads a column '{name}', which is missing"
                    : $"{option}: there is no column '{name}'";
                throw new BadInputException($"{path}:1: {what}; there are: {there}.");
            }

            if (asked.Count(other => other == name) > 1)
                throw new BadInputException($"{option}: column '{name}' is named twice; name it once.");
        }
    }
}
