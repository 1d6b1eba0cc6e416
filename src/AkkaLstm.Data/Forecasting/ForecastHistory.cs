using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Forecasting;

// T window length, H horizon, J target columns, Q quantiles (1 where there are none).

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
    IReadOnlyList<string> Columns, string? DateColumn, IReadOnlyList<string>? Dates, IReadOnlyList<double[]> Rows)
{
    /// <summary>The quantiles that were forecast, ascending; empty for a model of the mean.</summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [];

    /// <summary>Of each row, (J, Q): the quantiles of every target column; empty for a model of the mean.</summary>
    public IReadOnlyList<double[]> QuantileRows { get; init; } = [];
}

/// <summary>The rows known so far, ready to be continued by a model.</summary>
public sealed class ForecastHistory
{
    private readonly SeriesTable _table;
    private readonly ForecastLayout _layout;

    private ForecastHistory(SeriesTable table, ForecastLayout layout, SourceShape shape)
    {
        _table = table;
        _layout = layout;
        Shape = shape;
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
    /// Data, window, horizon, known columns and quantiles, as in the plan of the model; the other columns come from the
    /// normaliser.
    /// </param>
    /// <param name="normalizer">As saved with the model.</param>
    /// <exception cref="BadInputException">A file that cannot be used, or fewer rows than the window.</exception>
    public static ForecastHistory Open(DataOptions options, Normalizer normalizer)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(normalizer);
        SeriesTable table = ForecastDataSet.Read(options.Data, ColumnChoice.Of(normalizer, options), out _);
        normalizer.RequireWithinReach(table);
        var layout = ForecastLayout.Of(normalizer, options);
        if (table.RowCount >= options.Window + layout.Lag)
            return new ForecastHistory(table, layout, layout.Shape(options, lanes: 1));
        throw new BadInputException(
            $"{options.Data}: has {table.RowCount} rows, but the model looks back {options.Window + layout.Lag}; "
            + "give at least that many.");
    }

    /// <summary>The known values of a target column, own units.</summary>
    public ReadOnlyMemory<double> Known(int target) => _table.Target(target);

    /// <summary>
    /// Forecasts the next rows. Beyond the model's horizon its own forecasts are taken as known and the
    /// window moves on (iterated forecast); that needs every input to be among the targets or known.
    /// </summary>
    /// <param name="rowCount">Rows to forecast, 1 to 100,000.</param>
    /// <param name="predict">The model.</param>
    /// <param name="futurePath">CSV file with the coming values of the columns whose future is known; null for none.</param>
    /// <exception cref="BadInputException">
    /// A row count out of bounds; more rows than the horizon, and an input whose future is neither forecast nor known, or quantiles; known columns
    /// without their future.
    /// </exception>
    public ForecastTable Forecast(int rowCount, WindowPredictor predict, string? futurePath = null)
    {
        ArgumentNullException.ThrowIfNull(predict);
        DataSets.RequireWithin("--horizon", rowCount, 1, ForecastDataSet.LargestHorizon);
        RequireReach(rowCount);
        int rounds = (rowCount + _layout.Horizon - 1) / _layout.Horizon;
        var coming = new ComingRows(_table, _layout, FutureRows.Read(futurePath, _table, _layout, rounds * _layout.Horizon));
        SequenceBatch window = Shape.CreateBatch(1);
        window.Reshape(Shape.WindowLength, 0, 1);
        window.ResetsCarry[0] = true;
        for (int round = 0; round < rounds; round++)
        {
            coming.FillWindow(window);
            coming.Add(predict(window));
        }

        string[]? dates = _table.Dates is null ? null : DateSequence.Continue(_table.Dates, rowCount);
        return new ForecastTable(_table.Targets, _table.DateColumn, dates, coming.Values[..rowCount])
        {
            Quantiles = _layout.Quantiles,
            QuantileRows = _layout.Quantiles.Count == 0 ? [] : coming.Quantiles[..rowCount],
        };
    }

    /// <summary>Checks that the model can be asked for so many rows.</summary>
    private void RequireReach(int rowCount)
    {
        int horizon = _layout.Horizon;
        if (rowCount <= horizon)
            return;
        string remedy = $"ask for {horizon} or train with --horizon {rowCount}.";
        if (_layout.Quantiles.Count > 0)
        {
            throw new BadInputException(
                $"--horizon {rowCount}: the model forecasts {horizon} rows at once and cannot go beyond, because quantiles "
                + $"do not follow from its own forecasts; {remedy}");
        }

        Normalizer normalizer = _layout.Normalizer;
        string? unknown = normalizer.Inputs.Where((_, i) => !_layout.Known.Contains(i)).Select(scale => scale.Column)
            .Except(normalizer.Targets.Select(scale => scale.Column), StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new BadInputException(
                $"--horizon {rowCount}: the model forecasts {horizon} rows at once and cannot go beyond, because its "
                + $"input '{unknown}' is neither among its targets nor known; {remedy}");
        }
    }
}
