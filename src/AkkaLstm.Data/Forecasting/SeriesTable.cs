namespace AkkaLstm.Data.Forecasting;

/// <summary>The columns of one file that a forecast uses, row by row in time order.</summary>
/// <param name="Path">File, for messages.</param>
/// <param name="Inputs">Names of the input columns.</param>
/// <param name="Targets">Names of the columns to forecast.</param>
/// <param name="Columns">
/// Values of every input and target column by name; all of equal length, all finite.
/// </param>
/// <param name="Lines">Line of the file that each row stands in.</param>
/// <param name="DateColumn">Name of the date column, if there is one.</param>
/// <param name="Dates">Its cells as written, one for each row.</param>
internal sealed record SeriesTable(
    string Path,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Targets,
    IReadOnlyDictionary<string, double[]> Columns,
    IReadOnlyList<long> Lines,
    string? DateColumn,
    IReadOnlyList<string>? Dates)
{
    /// <summary>Number of rows.</summary>
    internal int RowCount => Columns[Targets[0]].Length;

    /// <summary>File and line of a row, for messages.</summary>
    internal string PlaceOf(int row) => $"{Path}:{Lines[row]}";

    /// <summary>The values of target column j.</summary>
    internal double[] Target(int j) => Columns[Targets[j]];
}
