using AkkaLstm.Training.Inference;

namespace AkkaLstm.Training.Tests.Inference;

/// <summary>What top-k and top-p (nucleus) leave, held against a brute-force twin that sorts and adds up doubles.</summary>
public sealed class TokenSamplerTests
{
    private const int Draws = 4000;

    public static TheoryData<int?, double?, double> Cases => new()
    {
        { 1, null, 1 }, { 2, null, 1 }, { 3, null, 0.5 }, { 99, null, 1 }, { null, 0.3, 1 }, { null, 0.75, 1 }, { null, 0.9, 2 },
        { null, 1.0, 1 }, { 4, 0.6, 1 }, { 2, 0.999, 1 }, { null, 0.001, 1 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Choose_TopKAndTopP_DrawsFromTheTwinsTokensInTheirProportions(int? topK, double? topP, double temperature)
    {
        float[] outputs = [0.3f, 2.1f, -1.0f, 1.4f, 0.9f, 1.4f, -3.0f];
        double[] expected = Twin(outputs, topK, topP, temperature);
        var sampler = new TokenSampler(new GenerationOptions { TopK = topK, TopP = topP, Temperature = temperature, Seed = 9 }, outputs.Length);
        var counts = new int[outputs.Length];
        for (int i = 0; i < Draws; i++)
            counts[sampler.Choose(outputs, i)]++;

        for (int token = 0; token < outputs.Length; token++)
        {
            // Five standard deviations: with a fixed seed this either holds or does not.
            double deviation = Math.Sqrt(expected[token] * (1 - expected[token]) / Draws);
            Assert.InRange((double)counts[token] / Draws, expected[token] - (5 * deviation), expected[token] + (5 * deviation));
        }
    }

    [Fact]
    public void Choose_TopKOfEqualOutputs_KeepsTheLowerTokens()
    {
        var sampler = new TokenSampler(new GenerationOptions { TopK = 2 }, 4);

        Assert.Equal([0, 1], Enumerable.Range(0, 100).Select(i => sampler.Choose([1, 1, 1, 1], i)).Distinct().Order());
    }

    [Fact]
    public void Choose_TopPOfOne_DrawsWhatIsDrawnWithoutIt()
    {
        float[] outputs = [.. Enumerable.Range(0, 40).Select(i => (float)Math.Sin(i))];
        var plain = new TokenSampler(new GenerationOptions { Seed = 4 }, outputs.Length);
        var all = new TokenSampler(new GenerationOptions { Seed = 4, TopP = 1, TopK = 40 }, outputs.Length);

        Assert.Equal(
            Enumerable.Range(0, 200).Select(i => plain.Choose(outputs, i)),
            Enumerable.Range(0, 200).Select(i => all.Choose(outputs, i)));
    }

    private static double[] Twin(float[] outputs, int? topK, double? topP, double temperature)
    {
        double[] weights = [.. outputs.Select(output => Math.Exp(output / temperature))];
        int[] order = [.. Enumerable.Range(0, weights.Length).OrderByDescending(token => weights[token]).ThenBy(token => token)];
        int[] kept = [.. order.Take(topK ?? weights.Length)];
        double mass = kept.Sum(token => weights[token]);
        if (topP is { } p)
        {
            int count = 1;
            while (count < kept.Length && kept.Take(count).Sum(token => weights[token]) < p * mass)
                count++;
            kept = kept[..count];
        }

        double left = kept.Sum(token => weights[token]);
        return [.. weights.Select((weight, token) => kept.Contains(token) ? weight / left : 0)];
    }
}
