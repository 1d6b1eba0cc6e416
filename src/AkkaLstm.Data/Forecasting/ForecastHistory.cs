using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Forecasting;

// T window length, I inputs, J targets, O = horizon * J outputs.

/// <summary>
/// Runs the model on one window and returns its outputs at the last time step, (O), normalised.
/// </summary>
/// <param name="window">One lane of T time steps with inputs only.</param>
public delegate ReadOnlySpan<float> WindowPredictor(SequenceBatch window);

/// <summary>Forecasts in the data's own units.</summary>
/// <param name="Columns">Names of the target columns.</param>
/// <param name="DateColumn">Name of the date column, null if the rows have no dates.</param>
/// <param name="Dates">Date of each row, null if there are none or they follow no regular step.</param>
/// <param name="Rows">Values, one row a step ahead, one value a target column.</param>
public sealed record ForecastTable(
    IReadOnlyList<string> Columns, string? DateColumn, IReadOnlyList<string>? Dates, IReadOnlyList<double[]> Rows);

/// <summary>The rows known so far, ready to be continued by a model.</summary>
public sealed class ForecastHistory
{
    private readonly SeriesTable _table;
    private readonly Normalizer _normalizer;
    private readonly int _horizon;

    private ForecastHistory(SeriesTable table, Normalizer normalizer, DataOptions options)
    {
        _table = table;
        _normalizer = normalizer;
        _horizon = options.Horizon;
        Shape = ForecastDataSet.ShapeOf(normalizer, options, lanes: 1);
    }

    /// <summary>Sizes of the window to predict from: one lane.</summary>
    public SourceShape Shape { get; }

    /// <summary>Rows known.</summary>
    public int RowCount => _table.RowCount;

    /// <summary>Names of the target columns, in output order.</summary>
    public IReadOnlyList<string> Targets => _table.Targets;

    /// <summary>Dates of the known rows as written; null without a date column.</summary>
    public IReadOnlyList<string>? Dates => _table.Dates;

    /// <summary>Reads the rows to continue.</summary>
    /// <param name="options">
    /// Data, window and horizon, as in the plan of the model; columns come from the normaliser.
    /// </param>
    /// <param name="normalizer">As saved with the model.</param>
    /// <exception cref="BadInputException">A file that cannot be used, or fewer rows than the window.</exception>
    public static ForecastHistory Open(DataOptions options, Normalizer normalizer)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(normalizer);
        SeriesTable table = ForecastDataSet.Read(options.Data, ColumnChoice.Of(normalizer, options), out _);
        if (table.RowCount >= options.Window)
            return new ForecastHistory(table, normalizer, options);
        throw new BadInputException(
            $"{options.Data}: has {table.RowCount} rows, but the model looks back {options.Window}; "
            + "give at least that many.");
    }

    /// <summary>The known values of a target column, own units.</summary>
    public ReadOnlyMemory<double> Known(int target) => _table.Target(target);

    /// <summary>
    /// Forecasts the next rows. Beyond the model's horizon its own forecasts are taken as known and the
    /// window moves on (iterated forecast); that needs every input to be among the targets.
    /// </summary>
    /// <param name="rowCount">Rows to forecast, at least 1.</param>
    /// <param name="predict">The model.</param>
    /// <exception cref="BadInputException">
    /// More rows than the horizon, and an input whose future is not forecast.
    /// </exception>
    public ForecastTable Forecast(int rowCount, WindowPredictor predict)
    {
        ArgumentNullException.ThrowIfNull(predict);
        if (rowCount < 1)
            throw new BadInputException($"--horizon {rowCount}: must be at least 1.");
        int[] targetOfInput = [.. _normalizer.Inputs.Select(input => Array.FindIndex(
            [.. _normalizer.Targets], target => target.Column == input.Column))];
        int unknown = Array.IndexOf(targetOfInput, -1);
        if (rowCount > _horizon && unknown >= 0)
        {
            throw new BadInputException(
                $"--horizon {rowCount}: the model forecasts {_horizon} rows at once and cannot go beyond, because its "
                + $"input '{_normalizer.Inputs[unknown].Column}' is not among its targets; ask for {_horizon} "
                + $"or train with --horizon {rowCount}.");
        }

        SequenceBatch window = Shape.CreateBatch(1);
        window.Reshape(Shape.WindowLength, 0, 1);
        window.ResetsCarry[0] = true;
        FillLastRows(window);
        var rows = new List<double[]>(rowCount);
        while (rows.Count < rowCount)
        {
            ReadOnlySpan<float> outputs = predict(window);
            int targets = _normalizer.Targets.Count;
            for (int k = 0; k < _horizon && rows.Count < rowCount; k++)
            {
                ReadOnlySpan<float> normalised = outputs.Slice(k * targets, targets);
                rows.Add(Denormalize(normalised));
                if (unknown < 0)
                    MoveOn(window, normalised, targetOfInput);
            }
        }

        string[]? dates = _table.Dates is null ? null : DateSequence.Continue(_table.Dates, rowCount);
        return new ForecastTable(_table.Targets, _table.DateColumn, dates, rows);
    }

    private double[] Denormalize(ReadOnlySpan<float> normalised)
    {
        var row = new double[normalised.Length];
        for (int j = 0; j < row.Length; j++)
            row[j] = _normalizer.Targets[j].Denormalize(normalised[j]);
        return row;
    }

    private void FillLastRows(SequenceBatch window)
    {
        int inputs = Shape.InputSize;
        for (int i = 0; i < inputs; i++)
        {
            ReadOnlySpan<double> last = _table.Columns[_normalizer.Inputs[i].Column].AsSpan()[^Shape.WindowLength..];
            for (int t = 0; t < last.Length; t++)
                window.Values[(t * inputs) + i] = _normalizer.Inputs[i].Normalize(last[t]);
        }
    }

    /// <summary>
    /// Drops the window's first row and appends forecast values as its last; scales of a column are the same
    /// on both sides.
    /// </summary>
    private void MoveOn(SequenceBatch window, ReadOnlySpan<float> normalised, int[] targetOfInput)
    {
        int inputs = Shape.InputSize;
        window.Values.AsSpan(inputs).CopyTo(window.Values);
        Span<float> last = window.Values.AsSpan()[^inputs..];
        for (int i = 0; i < inputs; i++)
            last[i] = normalised[targetOfInput[i]];
    }
}
