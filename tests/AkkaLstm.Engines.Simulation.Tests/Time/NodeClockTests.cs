namespace AkkaLstm.Engines.Simulation.Tests.Time;

public sealed class NodeClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void At_RateAndOffset_AreApplied()
    {
        var clock = new NodeClock(rate: 2, Second);

        Assert.Equal(7 * Second, clock.At(3 * Second));
        Assert.Equal(Second / 2, clock.ToVirtual(Second));
    }

    [Fact]
    public void SetRate_InTheMiddle_GoesOnFromWhatItShows()
    {
        var clock = new NodeClock(rate: 2, TimeSpan.Zero);

        clock.SetRate(Second, 0.5);

        Assert.Equal(2 * Second, clock.At(Second));
        Assert.Equal(3 * Second, clock.At(3 * Second));
    }

    [Fact]
    public void Jump_Backwards_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NodeClock(1, TimeSpan.Zero).Jump(-Second));
}
