using AkkaLstm.Cli.Bench;

namespace AkkaLstm.Cli.Tests.Bench;

public class SampleTests
{
    [Fact]
    public void Of_OddCount_TakesMiddle() => Assert.Equal(new Sample(3, 1, 9, 3), Sample.Of([9, 1, 3]));

    [Fact]
    public void Of_EvenCount_TakesMeanOfMiddleTwo() =>
        Assert.Equal(new Sample(2.5, 1, 9, 4), Sample.Of([9, 1, 3, 2]));

    [Fact]
    public void Map_FallingFunction_KeepsMinBelowMax() =>
        Assert.Equal(new Sample(0.5, 0.25, 1, 3), Sample.Of([1, 2, 4]).Map(v => 1 / v));

    [Fact]
    public void Of_Nothing_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Sample.Of([]));
}
