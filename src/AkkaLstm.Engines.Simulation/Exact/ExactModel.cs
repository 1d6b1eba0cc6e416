using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Simulation.Exact;

/// <summary>
/// A stand-in for the LSTM in wrapping 64-bit integers, made so that every mistake of the protocol changes
/// the result: gradients depend on all parameters, on step, shard and carry; the join of two subtrees does
/// not commute and is not associative; the optimizer keeps a state. Equal results therefore mean that every
/// shard of every step was counted once, in its place, from the right values.
/// </summary>
/// <param name="ParameterCount">P, the number of parameters.</param>
public sealed record ExactModel(int ParameterCount)
{
    /// <summary>The parameters of step 0, (P).</summary>
    public long[] InitialParameters() => [.. Enumerable.Range(0, ParameterCount).Select(i => Mix(17, i, 0, 0))];

    /// <summary>The run of parameters that a slice holds.</summary>
    public (int Start, int Length) Slice(SliceId slice)
    {
        int start = slice.Index * ParameterCount / slice.Count;
        int end = (slice.Index + 1) * ParameterCount / slice.Count;
        return (start, end - start);
    }

    /// <summary>Sum over all parameters, in order, that every gradient and carry depends on.</summary>
    public static long Digest(IReadOnlyList<Payload> parameters)
    {
        long digest = 1;
        foreach (Payload slice in parameters)
        {
            foreach (long value in ExactPayload.Of(slice))
                digest = (digest * 1_000_003) + value;
        }

        return digest;
    }

    /// <summary>One shard's gradient, (P).</summary>
    public void Gradient(long step, int shard, long digest, long carry, Span<long> gradient)
    {
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = Mix(digest, carry, step, (shard * (long)ParameterCount) + i);
    }

    /// <summary>What one shard carries into the next step.</summary>
    public static long NextCarry(long step, int shard, long digest, long carry) => Mix(carry, digest, step, -1 - shard);

    /// <summary>One shard's loss; not an integer, so that the order of addition shows.</summary>
    public static LossTotal Loss(long step, int shard, long digest, long carry)
    {
        long bits = Mix(digest, step, carry, shard);
        return new LossTotal((bits & 0xFFFFF) / 3.0, 1 + (bits >> 20 & 3), bits >> 22 & 1);
    }

    /// <summary>
    /// The fixed tree's join of two neighbouring subtrees, in place of the left one. Depends on the order.
    /// </summary>
    public static void Join(Span<long> left, ReadOnlySpan<long> right)
    {
        for (int i = 0; i < left.Length; i++)
            left[i] = (left[i] * 31) + right[i] + 7;
    }

    /// <summary>One optimizer step for one parameter: the next parameter and its moment.</summary>
    public static (long Parameter, long Moment) Apply(
        long parameter, long moment, long gradient, float scale, float learningRate)
    {
        long newMoment = (moment * 5) + (gradient * (1 + (long)scale));
        return (parameter + (newMoment * (1 + (long)learningRate)), newMoment);
    }

    /// <summary>A parameter's part of the squared norm; exact in a double, also summed over many.</summary>
    public static double SquareSum(long gradient)
    {
        double value = gradient % 1021;
        return value * value;
    }

    private static long Mix(long a, long b, long c, long d)
    {
        unchecked
        {
            ulong h = 0x9E3779B97F4A7C15;
            h = Stir(h, a);
            h = Stir(h, b);
            h = Stir(h, c);
            return (long)Stir(h, d);
        }
    }

    private static ulong Stir(ulong h, long value)
    {
        h = (h ^ (ulong)value) * 0xBF58476D1CE4E5B9;
        return h ^ (h >> 29);
    }
}
