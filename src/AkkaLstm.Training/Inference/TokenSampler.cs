using AkkaLstm.Numerics.Losses;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Training.Inference;

/// <summary>
/// Draws tokens from a model's outputs. The same seed draws the same tokens on every machine.
/// </summary>
internal sealed class TokenSampler(GenerationOptions options, int vocabularySize)
{
    private readonly float[] _probabilities = new float[vocabularySize];

    /// <summary>
    /// Chooses the i-th token: the likeliest at temperature 0, otherwise one drawn from softmax(outputs /
    /// temperature).
    /// </summary>
    /// <param name="outputs">The model's outputs, (V).</param>
    /// <param name="position">Keys the random number.</param>
    public int Choose(ReadOnlySpan<float> outputs, int position)
    {
        if (options.Temperature == 0) return Likeliest(outputs);
        Softmax.Probabilities(outputs, (float)options.Temperature, _probabilities);
        double goal = new RandomKey(options.Seed, RandomPurpose.Generation, position).OpenStream().NextDouble();
        double sum = 0;
        for (int token = 0; token < _probabilities.Length; token++)
        {
            sum += _probabilities[token];
            if (goal < sum) return token;
        }

        return Likeliest(outputs); // the probabilities add up to a little less than 1
    }

    private static int Likeliest(ReadOnlySpan<float> outputs)
    {
        int best = 0;
        for (int token = 1; token < outputs.Length; token++)
        {
            if (outputs[token] > outputs[best]) best = token;
        }

        return best;
    }
}
