using AkkaLstm.Numerics.Attention;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Tests.Attention;

public sealed class AdditiveAttentionTests
{
    private const int TimeSteps = 7;
    private const int Lanes = 3;
    private const int Lane = 1;
    private const double Tolerance = 2e-6;

    public static TheoryData<int, int> Sizes() => new()
    {
        { 1, 1 }, { 1, 5 }, { 7, 16 }, { 4, 17 }, { 7, 40 }, { 6, 33 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Scores_AnyPath_FollowTheirEquation(int count, int size)
    {
        Activations keys = Rows(size, seed: 1);
        float[] query = Padded(size, seed: 2);
        float[] vector = Padded(size, seed: 3);
        (float[] Mixed, float[] Scores)? first = null;
        foreach (SimdPath path in TestNumbers.Paths)
        {
            var mixed = new float[count * query.Length];
            var scores = new float[count];
            AdditiveAttention.Scores(keys, Lane, query, vector, mixed, scores, path);
            for (int s = 0; s < count; s++)
            {
                double sum = 0;
                for (int a = 0; a < size; a++)
                {
                    double u = Math.Tanh((double)query[a] + At(keys, s, Lane, a));
                    Assert.Equal(u, mixed[(s * query.Length) + a], Tolerance);
                    sum += vector[a] * u;
                }

                Assert.Equal(sum, scores[s], Tolerance * size);
            }

            first ??= (mixed, scores);
            TestNumbers.AssertSameBits(first.Value.Mixed, mixed);
            TestNumbers.AssertSameBits(first.Value.Scores, scores);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void WeightedSum_AnyPath_FollowsItsEquationFromItsFirstStep(int count, int size)
    {
        int firstStep = TimeSteps - count;
        Activations states = Rows(size, seed: 4);
        float[] weights = TestNumbers.Normal(count, seed: 5);
        float[]? first = null;
        foreach (SimdPath path in TestNumbers.Paths)
        {
            var sum = new float[Padding(size)];
            AdditiveAttention.WeightedSum(states, firstStep, Lane, weights, sum, path);
            for (int c = 0; c < size; c++)
                Assert.Equal(Enumerable.Range(0, count).Sum(s => (double)weights[s] * At(states, firstStep + s, Lane, c)), sum[c], Tolerance * count);
            Assert.All(sum[size..], padding => Assert.Equal(0, padding));
            first ??= sum;
            TestNumbers.AssertSameBits(first, sum);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void WeightedSumBack_AnyPath_AddsToOneLaneOnly(int count, int size)
    {
        int firstStep = TimeSteps - count;
        Activations states = Rows(size, seed: 6);
        float[] weights = TestNumbers.Normal(count, seed: 7);
        float[] dSum = Padded(size, seed: 8);
        (float[] DWeights, float[] DStates)? first = null;
        foreach (SimdPath path in TestNumbers.Paths)
        {
            var dWeights = new float[count];
            Activations before = Rows(size, seed: 9);
            Activations dStates = Rows(size, seed: 9);
            AdditiveAttention.WeightedSumBack(states, firstStep, Lane, weights, dSum, dWeights, dStates, path);
            for (int s = 0; s < count; s++)
                Assert.Equal(Enumerable.Range(0, size).Sum(c => (double)dSum[c] * At(states, firstStep + s, Lane, c)), dWeights[s], Tolerance * size);
            AssertAdded(before, dStates, size, (s, c) => s < count ? (double)weights[s] * dSum[c] : 0);
            first ??= (dWeights, dStates.Data.ToArray());
            TestNumbers.AssertSameBits(first.Value.DWeights, dWeights);
            TestNumbers.AssertSameBits(first.Value.DStates, dStates.Data);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void ScoresBack_AnyPath_FollowsItsEquation(int count, int size)
    {
        int width = Padding(size);
        float[] mixed = [.. Enumerable.Range(0, count).SelectMany(s => Padded(size, 20 + s)).Select(x => MathF.Tanh(x))];
        float[] vector = Padded(size, seed: 10);
        float[] dScores = TestNumbers.Normal(count, seed: 11);
        (float[] DQuery, float[] DVector, float[] DKeys)? first = null;
        foreach (SimdPath path in TestNumbers.Paths)
        {
            var dQuery = new float[width];
            var dVector = new float[width];
            Activations before = Rows(size, seed: 12);
            Activations dKeys = Rows(size, seed: 12);
            AdditiveAttention.ScoresBack(mixed, vector, dScores, dKeys, Lane, dQuery, dVector, path);
            for (int a = 0; a < size; a++)
            {
                Assert.Equal(Enumerable.Range(0, count).Sum(s => Dz(s, a)), dQuery[a], Tolerance * count);
                Assert.Equal(Enumerable.Range(0, count).Sum(s => (double)dScores[s] * mixed[(s * width) + a]), dVector[a], Tolerance * count);
            }

            AssertAdded(before, dKeys, size, (s, a) => s < count ? Dz(s, a) : 0);
            first ??= (dQuery, dVector, dKeys.Data.ToArray());
            TestNumbers.AssertSameBits(first.Value.DQuery, dQuery);
            TestNumbers.AssertSameBits(first.Value.DVector, dVector);
            TestNumbers.AssertSameBits(first.Value.DKeys, dKeys.Data);
        }

        double Dz(int s, int a)
        {
            double u = mixed[(s * width) + a];
            return dScores[s] * (double)vector[a] * (1 - (u * u));
        }
    }

    [Fact]
    public void ScoresBack_GradientOnItsWayToDenormal_IsZero()
    {
        var dKeys = new Activations(1, 1, 1);
        var dQuery = new float[16];
        float[] vector = [1e-20f, .. new float[15]];

        AdditiveAttention.ScoresBack(new float[16], vector, [1e-10f], dKeys, 0, dQuery, new float[16]);

        Assert.Equal(0, dQuery[0]);
        Assert.Equal(0, dKeys.Data[0]);
    }

    [Fact]
    public void Scores_MoreStepsThanThereAre_Throws()
    {
        Activations keys = Rows(4, seed: 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => AdditiveAttention.Scores(
            keys, Lane, new float[16], new float[16], new float[16 * (TimeSteps + 1)], new float[TimeSteps + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => AdditiveAttention.Scores(
            keys, Lanes, new float[16], new float[16], new float[16], new float[1]));
        Assert.Throws<ArgumentException>(() => AdditiveAttention.Scores(
            keys, Lane, new float[4], new float[16], new float[16], new float[1]));
    }

    private static void AssertAdded(Activations before, Activations after, int size, Func<int, int, double> added)
    {
        for (int s = 0; s < TimeSteps; s++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                for (int c = 0; c < size; c++)
                {
                    double expected = At(before, s, lane, c) + (lane == Lane ? added(s, c) : 0);
                    Assert.Equal(expected, At(after, s, lane, c), Tolerance);
                }
            }
        }
    }

    private static int Padding(int size) => (size + 15) / 16 * 16;

    private static float[] Padded(int size, int seed) =>
        [.. TestNumbers.Normal(size, seed), .. new float[Padding(size) - size]];

    private static Activations Rows(int size, int seed)
    {
        var rows = new Activations(TimeSteps, Lanes, size);
        rows.CopyFrom(TestNumbers.Normal(TimeSteps * Lanes * size, seed));
        return rows;
    }

    private static float At(Activations rows, int step, int lane, int column) => rows.Data[rows.IndexOf(step, lane, column)];
}
