namespace AkkaLstm.Data.Forecasting;

// T window length, I inputs, J targets, R rows of the table.

/// <summary>A table with its normalised rows, made once and shared by the splits that are cut from it.</summary>
/// <param name="Table">Rows in the data's own units.</param>
/// <param name="Inputs">Normalised inputs, (R, I).</param>
/// <param name="Targets">Normalised targets, (R, J).</param>
internal sealed record NormalizedSeries(SeriesTable Table, float[] Inputs, float[] Targets)
{
    /// <summary>Normalises a table.</summary>
    internal static NormalizedSeries Of(SeriesTable table, Normalizer normalizer) =>
        new(table, Normalize(table, normalizer.Inputs), Normalize(table, normalizer.Targets));

    private static float[] Normalize(SeriesTable table, IReadOnlyList<ColumnScale> scales)
    {
        var rows = new float[checked(table.RowCount * scales.Count)];
        for (int c = 0; c < scales.Count; c++)
        {
            double[] column = table.Columns[scales[c].Column];
            for (int r = 0; r < column.Length; r++)
                rows[(r * scales.Count) + c] = scales[c].Normalize(column[r]);
        }

        return rows;
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
    internal static ForecastSegment Cut(NormalizedSeries series, int firstRow, int endRow, int window, int horizon)
    {
        int firstOrigin = Math.Max(window, firstRow) - 1;
        return new ForecastSegment(series, firstOrigin, Math.Max(0, endRow - horizon - firstOrigin));
    }
}
