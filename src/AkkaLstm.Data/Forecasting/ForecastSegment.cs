namespace AkkaLstm.Data.Forecasting;

// T window length, I inputs, R rows of the table.

/// <summary>A table with its normalised rows, made once and shared by the splits that are cut from it.</summary>
/// <param name="Table">Rows in the data's own units.</param>
/// <param name="Inputs">Normalised inputs, (R, I); 0 in rows that have no difference yet.</param>
internal sealed record NormalizedSeries(SeriesTable Table, float[] Inputs)
{
    /// <summary>Normalises a table.</summary>
    /// <exception cref="Numerics.BadInputException">A value is out of reach of single precision.</exception>
    internal static NormalizedSeries Of(SeriesTable table, Normalizer normalizer)
    {
        normalizer.RequireWithinReach(table);
        IReadOnlyList<ColumnScale> scales = normalizer.Inputs;
        var rows = new float[checked(table.RowCount * scales.Count)];
        for (int c = 0; c < scales.Count; c++)
        {
            double[] column = table.Columns[scales[c].Column];
            for (int r = scales[c].Lag; r < column.Length; r++)
                rows[(r * scales.Count) + c] = scales[c].Input(column, r);
        }

        return new NormalizedSeries(table, rows);
    }
}

/// <summary>
/// The samples of one split. A sample is an origin: the row after which the forecast begins. Its window is
/// the T rows that end with the origin, its targets are the next horizon rows. Targets lie within the split;
/// windows may reach back into earlier rows of the same file, as they could when the forecast is made.
/// </summary>
/// <param name="Series">The rows.</param>
/// <param name="FirstOrigin">Origin of the first sample.</param>
/// <param name="SampleCount">Samples; origins are consecutive rows.</param>
internal sealed record ForecastSegment(NormalizedSeries Series, int FirstOrigin, int SampleCount)
{
    /// <summary>
    /// The samples whose targets lie in rows [firstRow, endRow); none if there are too few rows.
    /// </summary>
    /// <param name="series">The rows.</param>
    /// <param name="firstRow">First row of the split.</param>
    /// <param name="endRow">Row after its last.</param>
    /// <param name="reach">Rows that a sample looks back on, its origin included: the window and the lag of differences.</param>
    /// <param name="horizon">Rows ahead.</param>
    internal static ForecastSegment Cut(NormalizedSeries series, int firstRow, int endRow, int reach, int horizon)
    {
        int firstOrigin = Math.Max(reach, firstRow) - 1;
        return new ForecastSegment(series, firstOrigin, Math.Max(0, endRow - horizon - firstOrigin));
    }
}
