using AkkaLstm.Numerics.Losses;

namespace AkkaLstm.Numerics.Tests.Losses;

public sealed class SoftmaxTests
{
    [Theory]
    [InlineData(0.1f)]
    [InlineData(1f)]
    [InlineData(2.5f)]
    public void Probabilities_WithATemperature_AreThoseOfTheDividedLogits(float temperature)
    {
        for (int v = 1; v <= 70; v++)
        {
            float[] logits = TestNumbers.Normal(v, v);
            double sum = logits.Sum(z => Math.Exp(z / (double)temperature));
            float[] p = new float[v];
            float[] logP = new float[v];
            Softmax.Probabilities(logits, temperature, p);
            Softmax.LogProbabilities(logits, temperature, logP);
            for (int i = 0; i < v; i++)
            {
                double expected = Math.Exp(logits[i] / (double)temperature) / sum;
                Assert.Equal(expected, p[i], 1e-6);
                Assert.True(Math.Abs(Math.Log(expected) - logP[i]) < 1e-6 * (1 + Math.Abs(Math.Log(expected))) * (1 + (1 / temperature)));
            }
        }
    }

    [Fact]
    public void Probabilities_OfAnExcludedClass_AreZero()
    {
        float[] p = [0, float.NegativeInfinity, 0];
        Softmax.Probabilities(p, 1, p);
        Assert.Equal([0.5f, 0, 0.5f], p);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    public void Probabilities_WithABadTemperature_Throw(float temperature) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Softmax.Probabilities(new float[2], temperature, new float[2]));
}
