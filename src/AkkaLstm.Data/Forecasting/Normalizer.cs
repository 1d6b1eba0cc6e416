using System.Text.Json.Serialization;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Forecasting;

/// <summary>Scale of one column: normalised = (value - Mean) / Deviation.</summary>
/// <remarks>
/// With a lag d above 0 the model reads and forecasts differences: of row r, x(r) - x(r - d). A forecast k rows after
/// origin o is the difference to the last known row of the same phase, x(o + k) - x(o + k - m d) with m = ceil(k / d),
/// which is m differences in a row: Mean counts m times then and Deviation sqrt(m) times, as in a random walk.
/// </remarks>
/// <param name="Column">Header of the column.</param>
/// <param name="Mean">Mean of values or differences over the training part, in the column's unit.</param>
/// <param name="Deviation">
/// Sample standard deviation over the training part, in the column's unit; 1 for a constant column.
/// </param>
public sealed record ColumnScale(string Column, double Mean, double Deviation)
{
    /// <summary>
    /// Bound on what is normalised. Optimizers square gradients in single precision, and a gradient is as large as the error:
    /// 1e15 leaves room below 1.8e19, the root of the largest number, for sums over a batch and over differences.
    /// </summary>
    internal const float LargestNormalized = 1e15f;

    /// <summary>d, rows between the two values of a difference; 0 for the values themselves.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Lag { get; init; }

    /// <summary>(value - Mean) / Deviation, of a value or a difference.</summary>
    public float Normalize(double value) => (float)((value - Mean) / Deviation);

    /// <summary>normalised * Deviation + Mean.</summary>
    public double Denormalize(double normalised) => (normalised * Deviation) + Mean;

    /// <summary>Whether a model can be given a normalised value.</summary>
    internal static bool IsWithinReach(float normalized) => Math.Abs(normalized) <= LargestNormalized;

    /// <summary>What to say of a value that is not within reach.</summary>
    /// <param name="place">Where it stands.</param>
    internal BadInputException OutOfReach(string place) => new(
        $"{place}: {(Lag == 0 ? "" : "the change of ")}column '{Column}' lies more than 1E+15 standard deviations from the mean of the "
        + "training part; correct the cell, or train on rows in which the column varies as it does here.");

    /// <summary>What the model reads of a row.</summary>
    /// <param name="column">The column's values.</param>
    /// <param name="row">A row of at least <see cref="Lag"/>.</param>
    internal float Input(ReadOnlySpan<double> column, int row) =>
        Normalize(Lag == 0 ? column[row] : column[row] - column[row - Lag]);

    /// <summary>What the model is to answer for k + 1 rows after the origin.</summary>
    internal float Target(ReadOnlySpan<double> column, int origin, int k)
    {
        int row = origin + 1 + k;
        if (Lag == 0)
            return Normalize(column[row]);
        int periods = Periods(k);
        return (float)((column[row] - column[row - (periods * Lag)] - (periods * Mean)) / (Deviation * Math.Sqrt(periods)));
    }

    /// <summary>The inverse of <see cref="Target"/>; reads rows up to the origin only.</summary>
    internal double Forecast(double normalised, ReadOnlySpan<double> column, int origin, int k)
    {
        if (Lag == 0)
            return Denormalize(normalised);
        int periods = Periods(k);
        return column[origin + 1 + k - (periods * Lag)] + (periods * Mean) + (normalised * Deviation * Math.Sqrt(periods));
    }

    /// <summary>m = ceil((k + 1) / d).</summary>
    private int Periods(int k) => (k + Lag) / Lag;
}

/// <summary>
/// The columns a model reads and forecasts, in order, with their scales, fitted on the training part only and
/// saved with the model.
/// </summary>
/// <param name="Inputs">Input i of the model is column Inputs[i].</param>
/// <param name="Targets">The columns that are forecast, in the order of the outputs of one step ahead.</param>
public sealed record Normalizer(IReadOnlyList<ColumnScale> Inputs, IReadOnlyList<ColumnScale> Targets)
{
    /// <summary>Checks that a model can be given all rows of a table, or asked for them.</summary>
    /// <param name="table">Rows; it need not have all columns.</param>
    /// <exception cref="BadInputException">A value is out of reach of single precision.</exception>
    internal void RequireWithinReach(SeriesTable table)
    {
        foreach (ColumnScale scale in Inputs.Union(Targets).Where(scale => table.Columns.ContainsKey(scale.Column)))
        {
            double[] column = table.Columns[scale.Column];
            for (int row = scale.Lag; row < column.Length; row++)
            {
                if (!ColumnScale.IsWithinReach(scale.Input(column, row)))
                    throw scale.OutOfReach(table.PlaceOf(row));
            }
        }
    }

    /// <summary>Checks values that come from a file.</summary>
    /// <exception cref="BadInputException">No columns, or a scale that cannot be divided by.</exception>
    internal void Validate(string place)
    {
        bool usable = Inputs.Count > 0 && Targets.Count > 0 && Inputs.Concat(Targets).All(
            scale => double.IsFinite(scale.Mean) && double.IsFinite(scale.Deviation) && scale is { Deviation: > 0, Lag: >= 0 });
        if (!usable)
        {
            throw new BadInputException(
                $"{place}: the normaliser has no columns or a scale that is not positive; "
                + "take the file that was saved with the model.");
        }
    }
}
