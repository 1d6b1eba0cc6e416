using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Numerics.Tests.Random;

public sealed class RandomStreamTests
{
    private static readonly RandomKey Key = new(42, RandomPurpose.SyntheticData, 3, 1);

    [Fact]
    public void NextUInt32_ReadsTheBlocksOfTheKeyInOrder()
    {
        RandomStream stream = Key.OpenStream();
        for (int position = 0; position < 3; position++)
        {
            (uint x0, uint x1, uint x2, uint x3) = Key.Block(position);
            Assert.Equal([x0, x1, x2, x3], [stream.NextUInt32(), stream.NextUInt32(), stream.NextUInt32(), stream.NextUInt32()]);
        }
    }

    [Fact]
    public void Block_OfDifferentKeys_UsesDifferentCountersAndSeeds()
    {
        HashSet<PhiloxBlock> blocks = [];
        int count = 0;
        long[] large = [0, 1, 0xFFFF, 1L << 31, 1L << 32, (1L << 40) - 1];
        foreach (ulong seed in new ulong[] { 0, 1, 1UL << 32, ulong.MaxValue })
        {
            foreach (RandomPurpose purpose in Enum.GetValues<RandomPurpose>())
            {
                foreach (long step in large)
                {
                    foreach (int index in new[] { 0, 1, int.MaxValue })
                    {
                        foreach (long position in large)
                        {
                            blocks.Add(new RandomKey(seed, purpose, step, index).Block(position));
                            count++;
                        }
                    }
                }
            }
        }

        Assert.Equal(count, blocks.Count);
    }

    [Fact]
    public void RandomKey_OutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomKey(1, RandomPurpose.Dropout, 1L << 40));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomKey(1, RandomPurpose.Dropout, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomKey(1, RandomPurpose.Dropout, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Key.Block(1L << 48));
    }

    [Fact]
    public void NextSingleAndNextDouble_AreInTheUnitInterval_WithTheMomentsOfTheUniformDistribution()
    {
        RandomStream stream = Key.OpenStream();
        const int Count = 200_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < Count; i++)
        {
            double u = (i & 1) == 0 ? stream.NextSingle() : stream.NextDouble();
            Assert.InRange(u, 0, 1 - (1.0 / (1L << 53)));
            sum += u;
            squares += u * u;
        }

        // Five standard errors: sqrt(1/12/n) and sqrt(4/45/n).
        Assert.Equal(0.5, sum / Count, 5 * Math.Sqrt(1.0 / 12 / Count));
        Assert.Equal(1.0 / 3, squares / Count, 5 * Math.Sqrt(4.0 / 45 / Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(1 << 30)]
    [InlineData(1_610_612_736)]
    public void NextInt32_IsUniformOverTheBound(int bound)
    {
        RandomStream stream = Key.OpenStream();
        int binCount = Math.Min(bound, 3);
        int[] bins = new int[binCount];
        const int Count = 90_000;
        for (int i = 0; i < Count; i++)
        {
            int value = stream.NextInt32(bound);
            Assert.InRange(value, 0, bound - 1);
            bins[(int)((long)value * binCount / bound)]++;
        }

        foreach (int bin in bins)
            Assert.Equal((double)Count / binCount, bin, 6 * Math.Sqrt(Count));
    }

    [Fact]
    public void NextNormal_HasTheMomentsOfTheNormalDistribution()
    {
        RandomStream stream = Key.OpenStream();
        const int Count = 400_000;
        double[] moments = new double[5];
        int beyondTwo = 0;
        for (int i = 0; i < Count; i++)
        {
            double x = stream.NextNormal();
            for (int power = 1; power <= 4; power++)
                moments[power] += Math.Pow(x, power) / Count;
            beyondTwo += Math.Abs(x) > 2 ? 1 : 0;
        }

        // Five standard errors: the variances of x, x^2, x^3, x^4 are 1, 2, 15, 96.
        Assert.Equal(0, moments[1], 5 / Math.Sqrt(Count));
        Assert.Equal(1, moments[2], 5 * Math.Sqrt(2.0 / Count));
        Assert.Equal(0, moments[3], 5 * Math.Sqrt(15.0 / Count));
        Assert.Equal(3, moments[4], 5 * Math.Sqrt(96.0 / Count));
        Assert.Equal(0.0455003, (double)beyondTwo / Count, 5 * Math.Sqrt(0.0455 / Count));
    }

    [Fact]
    public void NextNormal_GivesTheSameBitsForEver()
    {
        RandomStream stream = new RandomKey(1, RandomPurpose.Initialization).OpenStream();
        double[] actual = [stream.NextNormal(), stream.NextNormal(), stream.NextNormal()];
        Assert.Equal([2.3714508112078954, -0.11085181526494328, 0.04199475168305785], actual);
    }

    [Fact]
    public void FillPermutation_GivesEveryPermutationEquallyOften()
    {
        RandomStream stream = Key.OpenStream();
        Dictionary<string, int> counts = [];
        const int Count = 24_000;
        int[] order = new int[4];
        for (int i = 0; i < Count; i++)
        {
            stream.FillPermutation(order);
            string name = string.Join(',', order);
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.Equal(1000.0, count, 5 * Math.Sqrt(1000)));
    }

    [Fact]
    public void FillPermutation_OfMany_HoldsEachNumberOnce()
    {
        int[] order = new int[10_007];
        Key.OpenStream().FillPermutation(order);
        Assert.NotEqual(Enumerable.Range(0, order.Length), order);
        Array.Sort(order);
        Assert.Equal(Enumerable.Range(0, order.Length), order);
    }

    [Fact]
    public void FillUniform_StaysInItsRange()
    {
        float[] values = new float[10_000];
        Key.OpenStream().FillUniform(values, -0.1, 0.1);
        Assert.All(values, value => Assert.InRange(value, -0.1f, 0.1f));
        Assert.Equal(0, values.Average(), 5 * 0.0578 / 100);
    }
}
