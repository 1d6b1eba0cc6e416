using AkkaLstm.Models;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Random;
using AkkaLstm.Training.Inference;

namespace AkkaLstm.Training.Tests.Inference;

/// <summary>Beam search on tiny vocabularies, held against looking at every text there is.</summary>
public sealed class BeamSearchTests
{
    private static readonly int[] Prompt = [1, 0];

    public static TheoryData<int, int, int> Sizes => new() { { 2, 5, 1 }, { 3, 4, 2 }, { 4, 3, 3 }, { 5, 2, 4 }, { 3, 1, 5 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_AsManyBeamsAsBeginnings_FindsTheLikeliestTextOfAll(int vocabulary, int length, int seed)
    {
        ModelSpec spec = Spec(vocabulary);
        float[] parameters = Parameters(spec, seed);
        (int[] best, double score) = EveryText(vocabulary, length)
            .Select(text => (Text: text, Score: Score(spec, parameters, text))).MaxBy(text => text.Score);

        (IReadOnlyList<int> found, double logProbability) =
            new BeamSearch(spec, parameters, (int)Math.Pow(vocabulary, length - 1)).Run(Prompt, length);

        Assert.Equal(best, found);
        Assert.Equal(score, logProbability, 5);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_FewBeams_IsWhatTheTwinFinds(int vocabulary, int length, int seed)
    {
        ModelSpec spec = Spec(vocabulary);
        float[] parameters = Parameters(spec, seed);
        foreach (int beams in (int[])[1, 2, 3])
        {
            (IReadOnlyList<int> found, double logProbability) = new BeamSearch(spec, parameters, beams).Run(Prompt, length);

            Assert.Equal(Twin(spec, parameters, length, beams), found);
            Assert.Equal(Score(spec, parameters, [.. found]), logProbability, 5);
        }
    }

    [Fact]
    public void Run_NoLength_IsEmptyAndCertain()
    {
        ModelSpec spec = Spec(3);

        (IReadOnlyList<int> found, double logProbability) = new BeamSearch(spec, Parameters(spec, 1), 2).Run(Prompt, 0);

        Assert.Empty(found);
        Assert.Equal(0, logProbability);
    }

    private static ModelSpec Spec(int vocabulary) => new()
    {
        Input = InputKind.Tokens,
        InputSize = vocabulary,
        EmbeddingSize = 3,
        HiddenSize = 5,
        LayerCount = 2,
        OutputSize = vocabulary,
        Loss = LossKind.CrossEntropy,
    };

    private static float[] Parameters(ModelSpec spec, int seed)
    {
        var parameters = new float[ParameterLayout.For(spec).TotalLength];
        new RandomKey((ulong)seed, RandomPurpose.Initialization).OpenStream().FillUniform(parameters, -1.5f, 1.5f);
        return parameters;
    }

    private static IEnumerable<int[]> EveryText(int vocabulary, int length) => length == 0
        ? [[]]
        : EveryText(vocabulary, length - 1).SelectMany(text => Enumerable.Range(0, vocabulary).Select(token => (int[])[.. text, token]));

    /// <summary>Beam search over whole texts, each scored from its beginning.</summary>
    private static int[] Twin(ModelSpec spec, float[] parameters, int length, int beams)
    {
        int[][] kept = [[]];
        for (int i = 0; i < length; i++)
        {
            kept =
            [
                .. kept.SelectMany(text => Enumerable.Range(0, spec.OutputSize).Select(token => (int[])[.. text, token]))
                    .OrderByDescending(text => Score(spec, parameters, text)).Take(beams),
            ];
        }

        return kept[0];
    }

    /// <summary>Log probability of a text after the prompt, one token at a time, in double from the outputs on.</summary>
    private static double Score(ModelSpec spec, float[] parameters, int[] text)
    {
        var predictor = new Predictor(spec, parameters, maxTimeSteps: 1);
        var batch = new SequenceBatch(1, 1, 0, 0);
        batch.Reshape(1, 0, 1);
        batch.ResetsCarry[0] = true;
        double score = 0;
        double[] outputs = [];
        foreach ((int index, int token) in Prompt.Concat(text).Index())
        {
            if (index >= Prompt.Length)
                score += outputs[token] - Math.Log(outputs.Sum(Math.Exp));
            batch.Tokens[0] = token;
            outputs = [.. predictor.Predict(batch).ToArray().Select(output => (double)output)];
            batch.ResetsCarry[0] = false;
        }

        return score;
    }
}
