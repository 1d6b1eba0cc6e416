using AkkaLstm.Models.ReadOut;
using MathNet.Numerics.LinearAlgebra;

namespace AkkaLstm.Models.Tests.ReadOut;

public sealed class ReadOutSumsTests
{
    private const int Rows = 60;
    private const int Features = 11;
    private const int Outputs = 3;

    private readonly float[] _x = Numbers(Rows * Features, seed: 1);
    private readonly float[] _y = Numbers(Rows * Outputs, seed: 2);
    private readonly float[] _w = [.. Numbers(Rows, seed: 3).Select(w => w + 1.5f)];

    /// <summary>
    /// The twin never forms a normal equation: least squares by QR, with a row sqrt(λ) for each penalised weight.
    /// </summary>
    [Theory]
    [InlineData(1e-6)]
    [InlineData(0.5)]
    [InlineData(100)]
    public void Solve_RandomRows_IsLeastSquaresWithARowForEachPenalty(double penalty)
    {
        var a = Matrix<double>.Build.Dense(Rows + Features, Features + 1);
        var b = Matrix<double>.Build.Dense(Rows + Features, Outputs);
        for (int n = 0; n < Rows; n++)
        {
            double root = Math.Sqrt(_w[n]);
            for (int i = 0; i < Features; i++)
                a[n, i] = root * _x[(n * Features) + i];
            a[n, Features] = root;
            for (int o = 0; o < Outputs; o++)
                b[n, o] = root * _y[(n * Outputs) + o];
        }

        for (int i = 0; i < Features; i++)
            a[Rows + i, i] = Math.Sqrt(penalty);
        Matrix<double> expected = a.QR().Solve(b);

        (float[] weight, float[] bias) = Solve(Sums(Rows), penalty);

        for (int o = 0; o < Outputs; o++)
        {
            for (int i = 0; i < Features; i++)
                Assert.Equal(expected[i, o], weight[(o * Features) + i], 1e-6);
            Assert.Equal(expected[Features, o], bias[o], 1e-6);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Add_RowsInOtherPieces_SameBits(int piece)
    {
        (float[] weight, float[] bias) = Solve(Sums(Rows), 0.1);

        (float[] otherWeight, float[] otherBias) = Solve(Sums(piece), 0.1);

        Assert.Equal(weight, otherWeight);
        Assert.Equal(bias, otherBias);
    }

    [Fact]
    public void Add_SumsOfTheRest_SolvesForAllRows()
    {
        ReadOutSums joined = Sums(Rows, first: 0, end: 25);
        joined.Add(Sums(Rows, first: 25));

        (float[] weight, _) = Solve(joined, 0.1);

        Assert.Equal(Rows, joined.RowCount);
        float[] expected = Solve(Sums(Rows), 0.1).Weight;
        for (int i = 0; i < weight.Length; i++)
            Assert.Equal(expected[i], weight[i], 1e-5);
    }

    [Fact]
    public void Solve_EqualFeaturesAndAPenaltyLostInRounding_Throws()
    {
        var sums = new ReadOutSums(2, 1);
        sums.Add([1, 1, 2, 2], [1, 2], [1, 1]);

        Assert.Throws<ArithmeticException>(() => sums.Solve(1e-30, new float[2], new float[1]));
    }

    [Fact]
    public void Solve_NoPenaltyOrNoRows_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Solve(Sums(Rows), 0));
        Assert.Throws<ArgumentException>(() => Solve(new ReadOutSums(Features, Outputs), 1));
        Assert.Throws<ArgumentException>(() => new ReadOutSums(2, 1).Add([1, 1, 2], [1, 2], [1, 1]));
        Assert.Throws<ArgumentException>(() => new ReadOutSums(2, 1).Add(new ReadOutSums(1, 2)));
    }

    private ReadOutSums Sums(int piece, int first = 0, int end = Rows)
    {
        var sums = new ReadOutSums(Features, Outputs);
        for (int n = first; n < end; n += piece)
        {
            int count = Math.Min(piece, end - n);
            sums.Add(
                _x.AsSpan(n * Features, count * Features), _y.AsSpan(n * Outputs, count * Outputs), _w.AsSpan(n, count));
        }

        return sums;
    }

    private static (float[] Weight, float[] Bias) Solve(ReadOutSums sums, double penalty)
    {
        var weight = new float[Outputs * Features];
        var bias = new float[Outputs];
        sums.Solve(penalty, weight, bias);
        return (weight, bias);
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble()) - 1))];
    }
}
