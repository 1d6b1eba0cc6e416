using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Statistics;

namespace AkkaLstm.Data.Forecasting;

// p order, n equations.

/// <summary>
/// AR(p): z(t) = c + a1 z(t-1) + ... + ap z(t-p), fitted by least squares (QR) on standardised values;
/// forecasts further ahead are made from its own forecasts.
/// </summary>
/// <remarks>
/// The order is given, or the one with the least AIC = n ln(RSS / n) + 2 (p + 2) (Akaike 1974; c, p
/// coefficients and the noise variance are estimated) among 0..10 log10(n), as R's <c>ar</c> bounds it. All
/// orders are judged on the same equations: one QR of the largest design gives every RSS, for that of order p
/// is |y|^2 less the squares of y's projections on the first p + 1 columns of Q.
/// </remarks>
public sealed class AutoregressiveMethod : IForecastMethod
{
    /// <summary>
    /// Bound on the equations that are solved: of a longer training part the latest rows are taken.
    /// </summary>
    public const int MostEquations = 20_000;

    /// <summary>Bound on a given order, so that the equations fit into memory.</summary>
    public const int LargestOrder = 500;

    private readonly double _mean;
    private readonly double _deviation;
    private readonly double[] _coefficients; // [c, a1 .. ap]

    private AutoregressiveMethod(double mean, double deviation, double[] coefficients)
    {
        _mean = mean;
        _deviation = deviation;
        _coefficients = coefficients;
    }

    /// <summary>p.</summary>
    public int Order => _coefficients.Length - 1;

    /// <inheritdoc/>
    public string Name => "ar";

    /// <inheritdoc/>
    public string Description => $"AR({Order}) by least squares";

    /// <inheritdoc/>
    public int HistoryLength => Order;

    /// <summary>Fits a column's training part.</summary>
    /// <param name="training">Its values, own units.</param>
    /// <param name="order">p; null: by AIC.</param>
    /// <returns>
    /// The method, or null where there are too few values (fewer than 3 p + 4) or all are equal.
    /// </returns>
    public static AutoregressiveMethod? Fit(ReadOnlySpan<double> training, int? order)
    {
        double[] values = training[^Math.Min(training.Length, MostEquations)..].ToArray();
        int largest = order ?? (int)(10 * Math.Log10(Math.Max(1, values.Length)));
        if (values.Length < (3 * largest) + 4)
            return null;
        (double mean, double deviation) = values.MeanStandardDeviation();
        if (!(deviation > 1e-12 * Math.Abs(mean)))
            return null;
        double[] z = Array.ConvertAll(values, value => (value - mean) / deviation);
        (Matrix<double> design, Vector<double> next) = Equations(z, largest);
        QR<double> qr = design.QR(QRMethod.Thin);
        int usable = UsableOrder(qr.R);
        int chosen = order is null ? LeastAic(qr.Q, next, usable) : Math.Min(largest, usable);
        if (chosen < largest)
        {
            (design, next) = Equations(z, chosen);
            qr = design.QR(QRMethod.Thin);
        }

        return new AutoregressiveMethod(mean, deviation, qr.Solve(next).ToArray());
    }

    /// <inheritdoc/>
    public void Forecast(ReadOnlySpan<double> history, Span<double> forecast)
    {
        for (int k = 0; k < forecast.Length; k++)
        {
            double z = _coefficients[0];
            for (int lag = 1; lag <= Order; lag++)
            {
                double value = lag <= k ? forecast[k - lag] : history[^(lag - k)];
                z += _coefficients[lag] * ((value - _mean) / _deviation);
            }

            forecast[k] = (z * _deviation) + _mean;
        }
    }

    private static (Matrix<double> Design, Vector<double> Next) Equations(double[] z, int order)
    {
        int equations = z.Length - order;
        Matrix<double> design = Matrix<double>.Build.Dense(
            equations, order + 1, (row, lag) => lag == 0 ? 1 : z[row + order - lag]);
        return (design, Vector<double>.Build.Dense(equations, row => z[row + order]));
    }

    /// <summary>
    /// Largest order whose columns are independent; a perfectly periodic series has no more to give beyond
    /// it.
    /// </summary>
    private static int UsableOrder(Matrix<double> r)
    {
        double floor = 1e-9 * Math.Abs(r[0, 0]);
        int order = 0;
        while (order + 1 < r.ColumnCount && Math.Abs(r[order + 1, order + 1]) > floor)
            order++;
        return order;
    }

    private static int LeastAic(Matrix<double> q, Vector<double> next, int usable)
    {
        int equations = next.Count;
        Vector<double> explained = q.TransposeThisAndMultiply(next);
        double residual = next.DotProduct(next) - (explained[0] * explained[0]);
        double total = residual;
        (double aic, int order) best = (double.PositiveInfinity, 0);
        for (int order = 0; order <= usable; order++)
        {
            if (order > 0)
                residual -= explained[order] * explained[order];

            // An exact fit leaves rounding error only; a floor keeps the logarithm finite and lets the penalty decide.
            double aic = (equations * Math.Log(Math.Max(residual, 1e-20 * total) / equations)) + (2 * (order + 2));
            if (aic < best.aic)
                best = (aic, order);
        }

        return best.order;
    }
}
