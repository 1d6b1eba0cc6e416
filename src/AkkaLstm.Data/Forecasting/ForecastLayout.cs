using AkkaLstm.Numerics;

namespace AkkaLstm.Data.Forecasting;

// T window length, I input columns, J target columns, K known columns, H horizon, Q quantiles (1 where there are none).

/// <summary>
/// The order of the numbers that a forecasting model reads and writes. Row r of a window has the I input columns at
/// row r, then for each of the H rows after r the K columns whose future is known. Output (k * J + j) * Q + q is
/// quantile q of target column j, k + 1 rows ahead.
/// </summary>
/// <param name="Normalizer">Columns and scales.</param>
/// <param name="Horizon">H.</param>
/// <param name="Known">Index among the inputs of each known column, (K).</param>
/// <param name="Quantiles">Ascending, with the median; empty for a model of the mean.</param>
internal sealed record ForecastLayout(
    Normalizer Normalizer, int Horizon, IReadOnlyList<int> Known, IReadOnlyList<double> Quantiles)
{
    /// <summary>Numbers in a row of a window: I + H K.</summary>
    internal int InputSize => checked(Normalizer.Inputs.Count + (Horizon * Known.Count));

    /// <summary>J.</summary>
    internal int TargetCount => Normalizer.Targets.Count;

    /// <summary>Q.</summary>
    internal int QuantileCount => Math.Max(1, Quantiles.Count);

    /// <summary>H J Q.</summary>
    internal int OutputSize => checked(Horizon * TargetCount * QuantileCount);

    /// <summary>Rows before a window that its differences need.</summary>
    internal int Lag => Normalizer.Targets.Max(scale => scale.Lag);

    /// <summary>The layout that a plan asks for.</summary>
    /// <exception cref="BadInputException">A known column that is no input.</exception>
    internal static ForecastLayout Of(Normalizer normalizer, DataOptions options)
    {
        string[] inputs = [.. normalizer.Inputs.Select(scale => scale.Column)];
        int[] known = [.. (options.Known ?? []).Select(name => Array.IndexOf(inputs, name))];
        return known.Contains(-1)
            ? throw new BadInputException(
                $"--known: column '{options.Known![Array.IndexOf(known, -1)]}' is not among the inputs "
                + $"{string.Join(", ", inputs)}; name it in --inputs too.")
            : new ForecastLayout(normalizer, options.Horizon, known, options.Quantiles ?? []);
    }

    /// <summary>Sizes of the windows.</summary>
    internal SourceShape Shape(DataOptions options, int lanes) => new(
        IsTokenInput: false, InputSize, IsClassTarget: false, OutputSize, options.Window, lanes);

    /// <summary>The quantiles (or the one value) of a forecast in the column's own unit, in ascending order.</summary>
    /// <param name="outputs">The model's outputs, (H, J, Q).</param>
    /// <param name="j">Target column.</param>
    /// <param name="k">Rows ahead, from 0.</param>
    /// <param name="column">The column's values, known up to the origin at least.</param>
    /// <param name="origin">Last known row.</param>
    /// <param name="forecast">Receives Q values.</param>
    internal void Read(
        ReadOnlySpan<float> outputs, int j, int k, ReadOnlySpan<double> column, int origin, Span<double> forecast)
    {
        for (int q = 0; q < QuantileCount; q++)
        {
            forecast[q] = Normalizer.Targets[j].Forecast(
                outputs[(((k * TargetCount) + j) * QuantileCount) + q], column, origin, k);
        }

        // A net may let quantiles cross. Sorting them never makes a forecast worse (Chernozhukov, Fernandez-Val and
        // Galichon 2010, "Quantile and probability curves without crossing").
        forecast[..QuantileCount].Sort();
    }

    /// <summary>Which of the values that <see cref="Read"/> gives is the forecast itself: the median.</summary>
    internal int Median
    {
        get
        {
            for (int q = 0; q < Quantiles.Count; q++)
            {
                if (Quantiles[q] == 0.5)
                    return q;
            }

            return 0;
        }
    }
}
