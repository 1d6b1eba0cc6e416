using AkkaLstm.Numerics.Random;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Numerics.Tests;

/// <summary>Numbers for tests: the same on every run, so that a failure needs no seed to be repeated.</summary>
internal static class TestNumbers
{
    public static SimdPath[] Paths { get; } = [SimdPath.Portable, SimdPath.Avx2, SimdPath.Avx512];

    /// <summary>Normal numbers of the given standard deviation.</summary>
    public static float[] Normal(int count, int seed, double standardDeviation = 1)
    {
        float[] numbers = new float[count];
        RandomStream stream = new RandomKey((ulong)seed, RandomPurpose.SyntheticData).OpenStream();
        stream.FillNormal(numbers, 0, standardDeviation);
        return numbers;
    }

    /// <summary>Integers in [0, bound).</summary>
    public static int[] Integers(int count, int bound, int seed)
    {
        int[] numbers = new int[count];
        RandomStream stream = new RandomKey((ulong)seed, RandomPurpose.SyntheticData, index: 1).OpenStream();
        for (int i = 0; i < count; i++)
            numbers[i] = stream.NextInt32(bound);
        return numbers;
    }

    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"element {i}: {expected[i]:R} and {actual[i]:R} differ");
        }
    }
}
