using AkkaLstm.Cli.Hosting;

namespace AkkaLstm.Cli.Tests.Hosting;

public class InterruptsTests
{
    [Fact]
    public void Raise_Once_CancelsAndSaysSo()
    {
        var error = new StringWriter();
        int exits = 0;
        using var interrupts = Interrupts.None(error, _ => exits++);
        interrupts.Notice = "stopping";

        interrupts.Raise();

        Assert.True(interrupts.Token.IsCancellationRequested);
        Assert.Equal("stopping" + Environment.NewLine, error.ToString());
        Assert.Equal(0, exits);
    }

    [Fact]
    public void Raise_AgainLater_ExitsAtOnceWith130()
    {
        List<int> exits = [];
        var time = new ManualTime();
        using var interrupts = Interrupts.None(TextWriter.Null, exits.Add, time);

        interrupts.Raise();
        time.Now += TimeSpan.FromSeconds(1);
        interrupts.Raise();

        Assert.Equal([130], exits);
    }

    [Fact]
    public void Raise_TwiceInAMoment_IsOneRequest()
    {
        List<int> exits = [];
        var time = new ManualTime();
        using var interrupts = Interrupts.None(TextWriter.Null, exits.Add, time);

        interrupts.Raise();
        time.Now += TimeSpan.FromMilliseconds(1);
        interrupts.Raise();

        Assert.Empty(exits);
    }

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
