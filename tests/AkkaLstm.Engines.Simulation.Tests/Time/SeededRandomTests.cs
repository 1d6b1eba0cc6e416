namespace AkkaLstm.Engines.Simulation.Tests.Time;

public sealed class SeededRandomTests
{
    [Fact]
    public void NextDouble_SameSeed_SameNumbersOnEveryMachine()
    {
        var random = new SeededRandom(1);

        // From an implementation in another language. A change would silently give every known seed another meaning.
        Assert.Equal(
            [702921, 520436, 574105, 391328],
            Enumerable.Range(0, 4).Select(_ => random.Below(1_000_000)));
    }

    [Fact]
    public void Fork_TwoPurposes_OtherNumbers()
    {
        double first = new SeededRandom(1).Fork(1).NextDouble();
        double second = new SeededRandom(1).Fork(2).NextDouble();

        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Below_ManyDraws_HitsEveryValueAboutAsOften()
    {
        var random = new SeededRandom(7);
        var counts = new int[10];
        for (int i = 0; i < 10_000; i++)
            counts[random.Below(10)]++;

        Assert.All(counts, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void Exponential_ManyDraws_HasItsMean()
    {
        var random = new SeededRandom(7);
        double sum = 0;
        for (int i = 0; i < 10_000; i++)
            sum += random.Exponential(TimeSpan.FromMilliseconds(5)).TotalMilliseconds;

        Assert.InRange(sum / 10_000, 4.8, 5.2);
    }
}
