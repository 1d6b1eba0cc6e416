using AkkaLstm.Numerics.Losses;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Training.Inference;

/// <summary>
/// Draws tokens from a model's outputs. The same seed draws the same tokens on every machine.
/// </summary>
internal sealed class TokenSampler(GenerationOptions options, int vocabularySize)
{
    private readonly float[] _probabilities = new float[vocabularySize];
    private readonly int[] _byProbability = new int[vocabularySize];

    /// <summary>
    /// Chooses the i-th token: the likeliest at temperature 0, otherwise one drawn from softmax(outputs /
    /// temperature), of which top-k and top-p keep the likeliest.
    /// </summary>
    /// <param name="outputs">The model's outputs, (V).</param>
    /// <param name="position">Keys the random number.</param>
    public int Choose(ReadOnlySpan<float> outputs, int position)
    {
        if (options.Temperature == 0) return Likeliest(outputs);
        Softmax.Probabilities(outputs, (float)options.Temperature, _probabilities);
        double mass = options.TopK is null && options.TopP is null ? 1 : Truncate();
        double goal = new RandomKey(options.Seed, RandomPurpose.Generation, position).OpenStream().NextDouble() * mass;
        double sum = 0;
        for (int token = 0; token < _probabilities.Length; token++)
        {
            sum += _probabilities[token];
            if (goal < sum) return token;
        }

        return Likeliest(outputs); // the probabilities add up to a little less than 1
    }

    /// <summary>Sets what top-k and top-p leave out to 0; what the rest adds up to.</summary>
    private double Truncate()
    {
        for (int token = 0; token < _byProbability.Length; token++) _byProbability[token] = token;

        // Of equal probabilities the lower token comes first.
        _byProbability.AsSpan().Sort((a, b) =>
            _probabilities[b].CompareTo(_probabilities[a]) is var order and not 0 ? order : a.CompareTo(b));
        int kept = Math.Min(options.TopK ?? int.MaxValue, _byProbability.Length);
        if (options.TopP is { } topP) kept = Nucleus(kept, topP * Mass(kept));
        foreach (int token in _byProbability.AsSpan(kept)) _probabilities[token] = 0;
        return Mass(kept);
    }

    /// <summary>The fewest of the likeliest tokens that add up to a mass.</summary>
    private int Nucleus(int most, double mass)
    {
        double sum = 0;
        for (int kept = 0; kept < most; kept++)
        {
            sum += _probabilities[_byProbability[kept]];
            if (sum >= mass) return kept + 1;
        }

        return most;
    }

    private double Mass(int kept)
    {
        double sum = 0;
        foreach (int token in _byProbability.AsSpan(0, kept)) sum += _probabilities[token];
        return sum;
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
