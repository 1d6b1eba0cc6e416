using AkkaLstm.Data.Classification;

namespace AkkaLstm.Data.Tests.Classification;

/// <summary>The order of an epoch: every sequence once, like lengths together, a pure function of (lengths, seed, epoch).</summary>
public sealed class LengthBucketsTests
{
    private const int Lanes = 8;
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 501).Select(i => 1 + (i * i % 97))];

    [Theory]
    [InlineData(null)]
    [InlineData(5UL)]
    public void Of_AnyEpoch_HasEverySequenceExactlyOnce(ulong? seed)
    {
        var buckets = new LengthBuckets(Lengths, Lanes, seed);
        for (int epoch = 0; epoch < 4; epoch++)
        {
            int[] places = buckets.Of(epoch).Sequences;

            Assert.Equal(63 * Lanes, places.Length);
            Assert.Equal(
                Enumerable.Range(0, Lengths.Length),
                places.Where(sequence => sequence != LengthBuckets.Empty).Order());
        }
    }

    [Fact]
    public void Of_Training_PadsFarLessThanChanceWould()
    {
        LengthBuckets.EpochBatches batches = new LengthBuckets(Lengths, Lanes, seed: 5).Of(2);

        // A batch of 8 at random is as long as the longest of 8: some 86 steps where the mean is 48.
        double steps = batches.TimeSteps.Sum(length => (double)length * Lanes);
        Assert.InRange(Lengths.Sum() / steps, 0.85, 1);
    }

    [Fact]
    public void Of_TimeSteps_AreThoseOfTheLongestSequenceOfTheStep()
    {
        LengthBuckets.EpochBatches batches = new LengthBuckets(Lengths, Lanes, seed: 5).Of(1);
        for (int step = 0; step < batches.TimeSteps.Length; step++)
        {
            IEnumerable<int> sequences = batches.Sequences.Skip(step * Lanes).Take(Lanes).Where(s => s != LengthBuckets.Empty);
            Assert.Equal(sequences.Max(sequence => Lengths[sequence]), batches.TimeSteps[step]);
        }
    }

    [Fact]
    public void Of_Epochs_DifferAndComeBackTheSame()
    {
        var buckets = new LengthBuckets(Lengths, Lanes, seed: 5);
        int[][] first = [.. Enumerable.Range(0, 5).Select(epoch => buckets.Of(epoch).Sequences)];

        Assert.Equal(5, first.Select(order => string.Join(',', order)).Distinct().Count());
        for (int epoch = 4; epoch >= 0; epoch--)
            Assert.Equal(first[epoch], new LengthBuckets(Lengths, Lanes, seed: 5).Of(epoch).Sequences);
        Assert.NotEqual(first[0], new LengthBuckets(Lengths, Lanes, seed: 6).Of(0).Sequences);
    }

    [Fact]
    public void Of_Training_DoesNotKeepTheSameCompanyOrGrowWithTheEpoch()
    {
        var buckets = new LengthBuckets(Lengths, Lanes, seed: 5);
        int[] steps = buckets.Of(0).TimeSteps;

        // Short batches first in every epoch would be another training than a shuffled one.
        Assert.NotEqual(steps.Order(), steps);
        Assert.NotEqual(Company(0), Company(1));

        string Company(int epoch) => string.Join(',', buckets.Of(epoch).Sequences.Chunk(Lanes).First(step => step.Contains(7)).Order());
    }
}
