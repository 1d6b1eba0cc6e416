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
}
