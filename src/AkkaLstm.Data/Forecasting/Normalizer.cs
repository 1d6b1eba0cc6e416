using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Forecasting;

/// <summary>Scale of one column: normalised = (value - Mean) / Deviation.</summary>
/// <param name="Column">Header of the column.</param>
/// <param name="Mean">Mean over the training part, in the column's unit.</param>
/// <param name="Deviation">
/// Sample standard deviation over the training part, in the column's unit; 1 for a constant column.
/// </param>
public sealed record ColumnScale(string Column, double Mean, double Deviation)
{
    /// <summary>(value - Mean) / Deviation.</summary>
    public float Normalize(double value) => (float)((value - Mean) / Deviation);

    /// <summary>normalised * Deviation + Mean.</summary>
    public double Denormalize(double normalised) => (normalised * Deviation) + Mean;
}

/// <summary>
/// The columns a model reads and forecasts, in order, with their scales, fitted on the training part only and
/// saved with the model.
/// </summary>
/// <param name="Inputs">Input i of the model is column Inputs[i].</param>
/// <param name="Targets">Output k * Targets.Count + j is column Targets[j], k + 1 rows ahead.</param>
public sealed record Normalizer(IReadOnlyList<ColumnScale> Inputs, IReadOnlyList<ColumnScale> Targets)
{
    /// <summary>Checks values that come from a file.</summary>
    /// <exception cref="BadInputException">No columns, or a scale that cannot be divided by.</exception>
    internal void Validate(string place)
    {
        bool usable = Inputs.Count > 0 && Targets.Count > 0 && Inputs.Concat(Targets).All(
            scale => double.IsFinite(scale.Mean) && double.IsFinite(scale.Deviation) && scale.Deviation > 0);
        if (!usable)
        {
            throw new BadInputException(
                $"{place}: the normaliser has no columns or a scale that is not positive; "
                + "take the file that was saved with the model.");
        }
    }
}
