using AkkaLstm.Protocol;

namespace AkkaLstm.Engines.Conformance.Exact;

/// <summary>
/// A stand-in for the LSTM in wrapping 64-bit integers, made so that every mistake of the protocol changes
/// the result: gradients depend on all parameters, on step, shard and carry; the join of two subtrees does
/// not commute and is not associative; the optimizer keeps a state. Equal results therefore mean that every
/// shard of every step was counted once, in its place, from the right values.
/// </summary>
public sealed record ExactModel(int ParameterCount)
{
    public long[] InitialParameters() => [.. Enumerable.Range(0, ParameterCount).Select(i => Mix(17, i, 0, 0))];

    public (int Start, int Length) Slice(SliceId slice)
    {
        int start = slice.Index * ParameterCount / slice.Count;
        int end = (slice.Index + 1) * ParameterCount / slice.Count;
        return (start, end - start);
    }

    /// <summary>Sum that every gradient and carry depends on.</summary>
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

    public void Gradient(long step, int shard, long digest, long carry, Span<long> gradient)
    {
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = Mix(digest, carry, step, (shard * (long)ParameterCount) + i);
    }

    public static long NextCarry(long step, int shard, long digest, long carry) => Mix(carry, digest, step, -1 - shard);

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

    public static (long Parameter, long Moment) Apply(long parameter, long moment, long gradient, float scale, float learningRate)
    {
        long newMoment = (moment * 5) + (gradient * (1 + (long)scale));
        return (parameter + (newMoment * (1 + (long)learningRate)), newMoment);
    }

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
            foreach (long value in (ReadOnlySpan<long>)[a, b, c, d])
            {
                h ^= (ulong)value;
                h *= 0xBF58476D1CE4E5B9;
                h ^= h >> 29;
            }

            return (long)h;
        }
    }
}
