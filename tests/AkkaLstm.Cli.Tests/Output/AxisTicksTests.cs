using AkkaLstm.Cli.Output;

namespace AkkaLstm.Cli.Tests.Output;

public class AxisTicksTests
{
    [Fact]
    public void Linear_ZeroToTen_GivesRoundSteps() =>
        Assert.Equal([0, 2, 4, 6, 8, 10], AxisTicks.Linear(0, 10, 6));

    [Theory]
    [InlineData(0.0123, 0.0124)]
    [InlineData(-5, 1234567)]
    [InlineData(1e-9, 2e-9)]
    [InlineData(99.5, 100.4)]
    [InlineData(999_999_995, 1_000_000_005)]
    [InlineData(-1e12, -1e12 + 0.5)]
    [InlineData(1e-5, 1.0000001e-5)]
    [InlineData(2e7, 9e7)]
    public void Linear_AnyRange_StaysInsideAndHasTwoTicks(double low, double high)
    {
        IReadOnlyList<double> ticks = AxisTicks.Linear(low, high, 5);

        Assert.InRange(ticks.Count, 2, 12);
        double slack = 1e-6 * (high - low);
        Assert.All(ticks, t => Assert.InRange(t, low - slack, high + slack));
        Assert.Equal(ticks.Count, AxisTicks.Format(ticks).Distinct().Count());
    }

    [Fact]
    public void Format_SmallSteps_ShowsEnoughDecimals() =>
        Assert.Equal(["0.10", "0.15", "0.20"], AxisTicks.Format([0.1, 0.15, 0.2]));

    [Fact]
    public void Format_LargeNumbers_AreShortWhereThatTellsThemApart()
    {
        Assert.Equal(["1e7", "1.5e7", "2e7"], AxisTicks.Format([1e7, 1.5e7, 2e7]));
        Assert.Equal(["999999998", "1000000000", "1000000002"], AxisTicks.Format([999_999_998, 1e9, 1_000_000_002]));
    }
}
