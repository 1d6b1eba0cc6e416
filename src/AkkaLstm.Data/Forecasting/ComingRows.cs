using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Forecasting;

// T window length, I input columns, J target columns, H horizon, Q quantiles.

/// <summary>
/// The known rows of a series and those that are forecast after them, H at a time: windows are cut from both.
/// </summary>
internal sealed class ComingRows
{
    private readonly ForecastLayout _layout;

    // Invariant: target columns are known up to the origin; known columns H rows further; other inputs as far as the file.
    private readonly Dictionary<string, double[]> _columns;
    private int _origin;

    /// <summary>Makes room for what will be forecast.</summary>
    /// <param name="table">The known rows.</param>
    /// <param name="layout">Order of inputs and outputs.</param>
    /// <param name="future">Coming values of the known columns by name; all of equal length.</param>
    internal ComingRows(SeriesTable table, ForecastLayout layout, FutureRows future)
    {
        _layout = layout;
        _origin = table.RowCount - 1;
        _columns = table.Columns.ToDictionary(
            column => column.Key,
            column => (double[])[.. column.Value, .. future.Of(column.Key) ?? new double[future.RowCount]],
            StringComparer.Ordinal);
    }

    /// <summary>Forecasts so far, (J) a row.</summary>
    internal List<double[]> Values { get; } = [];

    /// <summary>Their quantiles, (J, Q) a row.</summary>
    internal List<double[]> Quantiles { get; } = [];

    /// <summary>Fills the T rows that end with the origin into the one lane of a window.</summary>
    internal void FillWindow(SequenceBatch window)
    {
        IReadOnlyList<ColumnScale> inputs = _layout.Normalizer.Inputs;
        int next = 0;
        for (int row = _origin + 1 - window.TimeSteps; row <= _origin; row++)
        {
            foreach (ColumnScale scale in inputs)
                window.Values[next++] = scale.Input(_columns[scale.Column], row);
            for (int k = 1; k <= _layout.Horizon; k++)
            {
                foreach (int known in _layout.Known)
                    window.Values[next++] = inputs[known].Input(_columns[inputs[known].Column], row + k);
            }
        }
    }

    /// <summary>Takes the model's outputs as the next H rows.</summary>
    internal void Add(ReadOnlySpan<float> outputs)
    {
        IReadOnlyList<ColumnScale> targets = _layout.Normalizer.Targets;
        int quantiles = _layout.QuantileCount;
        for (int k = 0; k < _layout.Horizon; k++)
        {
            var values = new double[targets.Count];
            var row = new double[targets.Count * quantiles];
            for (int j = 0; j < targets.Count; j++)
            {
                Span<double> forecast = row.AsSpan(j * quantiles, quantiles);
                _layout.Read(outputs, j, k, _columns[targets[j].Column], _origin, forecast);
                values[j] = forecast[_layout.Median];
            }

            Values.Add(values);
            Quantiles.Add(row);
        }

        // Written only now: what one step ahead was forecast to be must not be taken for known by the next.
        for (int j = 0; j < targets.Count; j++)
        {
            double[] column = _columns[targets[j].Column];
            for (int k = 0; k < _layout.Horizon; k++)
                column[_origin + 1 + k] = Values[^(_layout.Horizon - k)][j];
        }

        _origin += _layout.Horizon;
    }
}
