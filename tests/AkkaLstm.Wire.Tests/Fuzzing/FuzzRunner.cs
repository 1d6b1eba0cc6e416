using System.Diagnostics;
using System.Globalization;

namespace AkkaLstm.Fuzzing;

/// <summary>
/// Feeds a decoder with damaged and random inputs. An input is a function of the seed and its number, so a failure
/// names all that is needed to see it again. AKKALSTM_FUZZ_INPUTS sets how many inputs there are, and
/// AKKALSTM_FUZZ_SEED where the numbers begin.
/// </summary>
/// <param name="Name">What is fuzzed, for messages.</param>
/// <param name="Inputs">How many there are unless the environment says otherwise.</param>
/// <param name="MaxAllocatedBytes">What decoding one input may allocate at most.</param>
internal sealed record FuzzRunner(string Name, int Inputs, long MaxAllocatedBytes)
{
    /// <summary>An input that takes longer hangs, if it does so twice: the process itself may have been stopped for a
    /// while the first time.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    /// <summary>Runs all inputs.</summary>
    /// <param name="valid">Makes a valid input.</param>
    /// <param name="decode">Decodes; true when the input was taken, false when it was refused with the documented
    /// exception. Any other exception is a failure.</param>
    /// <returns>How many inputs were taken and how many were refused.</returns>
    public (int Taken, int Refused) Run(Func<Random, byte[]> valid, Func<byte[], bool> decode)
    {
        int count = Number("AKKALSTM_FUZZ_INPUTS", Inputs);
        int seed = Number("AKKALSTM_FUZZ_SEED", 1);
        int taken = 0;
        decode(valid(new Random(seed))); // what is set up once does not count as allocated for an input
        for (int i = 0; i < count; i++)
        {
            // A product of primes keeps the streams of neighbouring inputs apart.
            byte[] input = Input(new Random(unchecked((seed * 1_000_003) + (i * 7_919))), valid);
            (bool isTaken, bool isLate) = Decode(input, decode, what => Describe(what, seed, i, input));
            if (isLate)
                (isTaken, isLate) = Decode(input, decode, what => Describe(what, seed, i, input));
            if (isLate)
                throw new InvalidOperationException(Describe("took too long", seed, i, input));
            taken += isTaken ? 1 : 0;
        }

        return (taken, count - taken);
    }

    private (bool IsTaken, bool IsLate) Decode(byte[] input, Func<byte[], bool> decode, Func<string, string> describe)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        bool isTaken;
        try
        {
            isTaken = decode(input);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(describe($"threw {e.GetType().Name}: {e.Message}"), e);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= MaxAllocatedBytes
            ? (isTaken, Stopwatch.GetElapsedTime(start) > MaxTime)
            : throw new InvalidOperationException(describe($"allocated {allocated} bytes"));
    }

    private static byte[] Input(Random random, Func<Random, byte[]> valid)
    {
        if (random.Next(8) == 0)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        return Mutations.Apply(valid(random), random);
    }

    private string Describe(string what, int seed, int index, byte[] input) =>
        $"{Name}: input {index} of seed {seed} {what}; again with AKKALSTM_FUZZ_SEED={seed} "
        + $"AKKALSTM_FUZZ_INPUTS={index + 1}; it begins {Convert.ToHexString(input.AsSpan(0, Math.Min(200, input.Length)))}";

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
