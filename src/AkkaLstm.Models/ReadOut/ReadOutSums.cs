using System.Runtime.InteropServices;
using MathNet.Numerics.LinearAlgebra;
using Doubles = System.Numerics.Vector<double>;

namespace AkkaLstm.Models.ReadOut;

/// <summary>
/// What a linear read-out y = W x + b needs of its data to be solved by ridge regression: the sums of w x xᵀ and w x yᵀ
/// over rows, where x has a 1 behind its features and w is the row's weight.
/// </summary>
/// <remarks>
/// Dimensions: F features, O outputs. Every element adds its rows up one after the other, in double precision. The
/// product of two floats is exact there, vectors run across elements, and a sum joins two others element by element:
/// so neither the vector width nor fused multiply-add can change a bit.
/// </remarks>
public sealed class ReadOutSums
{
    // Row i has the products of feature i: with features 0 .. i at 0, with targets at F + 1.
    private readonly double[] _sums;
    private readonly int _rowLength;
    private double[] _rows = [];

    /// <summary>Makes sums of no rows.</summary>
    /// <param name="featureCount">F.</param>
    /// <param name="outputCount">O.</param>
    public ReadOutSums(int featureCount, int outputCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(featureCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputCount);
        FeatureCount = featureCount;
        OutputCount = outputCount;
        _rowLength = checked(featureCount + 1 + outputCount);
        _sums = new double[checked((featureCount + 1) * _rowLength)];
    }

    /// <summary>F.</summary>
    public int FeatureCount { get; }

    /// <summary>O.</summary>
    public int OutputCount { get; }

    /// <summary>Rows that were added.</summary>
    public long RowCount { get; private set; }

    /// <summary>Adds rows.</summary>
    /// <param name="features">x, (n, F).</param>
    /// <param name="targets">y, (n, O).</param>
    /// <param name="weights">w, (n).</param>
    /// <exception cref="ArgumentException">The sizes do not belong together.</exception>
    public void Add(ReadOnlySpan<float> features, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights)
    {
        int count = weights.Length;
        if (features.Length != count * FeatureCount || targets.Length != count * OutputCount)
            throw new ArgumentException($"{count} rows have {FeatureCount} features and {OutputCount} targets each.");
        if (_rows.Length < count * _rowLength)
            _rows = new double[count * _rowLength];
        for (int n = 0; n < count; n++)
        {
            Span<double> row = _rows.AsSpan(n * _rowLength, _rowLength);
            Widen(features.Slice(n * FeatureCount, FeatureCount), row);
            row[FeatureCount] = 1;
            Widen(targets.Slice(n * OutputCount, OutputCount), row[(FeatureCount + 1)..]);
        }

        for (int i = 0; i <= FeatureCount; i++)
        {
            Span<double> sums = _sums.AsSpan(i * _rowLength, _rowLength);
            for (int n = 0; n < count; n++)
            {
                ReadOnlySpan<double> row = _rows.AsSpan(n * _rowLength, _rowLength);
                double factor = weights[n] * row[i];
                AddScaled(factor, row[..(i + 1)], sums[..(i + 1)]);
                AddScaled(factor, row[(FeatureCount + 1)..], sums[(FeatureCount + 1)..]);
            }
        }

        RowCount += count;
    }

    /// <summary>Adds the sums of other rows.</summary>
    /// <exception cref="ArgumentException">They are of another size.</exception>
    public void Add(ReadOutSums other)
    {
        if (other.FeatureCount != FeatureCount || other.OutputCount != OutputCount)
            throw new ArgumentException($"The sums are of {other.FeatureCount} features and {other.OutputCount} outputs.");
        for (int i = 0; i < _sums.Length; i++)
            _sums[i] += other._sums[i];
        RowCount += other.RowCount;
    }

    /// <summary>
    /// The W and b that minimise the sum of w |W x + b - y|² over the rows, plus penalty |W|²; b is not penalised. The
    /// normal equations are solved by Cholesky's decomposition.
    /// </summary>
    /// <param name="penalty">λ, above 0: so the equations have one solution, whatever the features.</param>
    /// <param name="weight">Receives W, (O, F).</param>
    /// <param name="bias">Receives b, (O).</param>
    /// <exception cref="ArithmeticException">λ is lost beside the sums in double precision.</exception>
    public void Solve(double penalty, Span<float> weight, Span<float> bias)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(penalty);
        if (RowCount == 0 || weight.Length != OutputCount * FeatureCount || bias.Length != OutputCount)
            throw new ArgumentException($"There are {RowCount} rows, W has {weight.Length} elements, b {bias.Length}.");
        Matrix<double> solution;
        try
        {
            solution = Normal(penalty).Cholesky().Solve(Cross());
        }
        catch (ArgumentException e)
        {
            throw new ArithmeticException("The normal equations are not positive definite in double precision.", e);
        }

        for (int o = 0; o < OutputCount; o++)
        {
            for (int i = 0; i < FeatureCount; i++)
                weight[(o * FeatureCount) + i] = (float)solution[i, o];
            bias[o] = (float)solution[FeatureCount, o];
        }
    }

    private Matrix<double> Normal(double penalty) => Matrix<double>.Build.Dense(
        FeatureCount + 1,
        FeatureCount + 1,
        (i, j) => _sums[(Math.Max(i, j) * _rowLength) + Math.Min(i, j)] + (i == j && i < FeatureCount ? penalty : 0));

    private Matrix<double> Cross() => Matrix<double>.Build.Dense(
        FeatureCount + 1, OutputCount, (i, o) => _sums[(i * _rowLength) + FeatureCount + 1 + o]);

    private static void Widen(ReadOnlySpan<float> from, Span<double> to)
    {
        for (int i = 0; i < from.Length; i++)
            to[i] = from[i];
    }

    private static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        var factors = new Doubles(factor);
        ReadOnlySpan<Doubles> xs = MemoryMarshal.Cast<double, Doubles>(x);
        Span<Doubles> ys = MemoryMarshal.Cast<double, Doubles>(y);
        for (int i = 0; i < ys.Length; i++)
            ys[i] += factors * xs[i];
        for (int i = ys.Length * Doubles.Count; i < y.Length; i++)
            y[i] += factor * x[i];
    }
}
