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
    public void Raise_Twice_ExitsAtOnceWith130()
    {
        List<int> exits = [];
        using var interrupts = Interrupts.None(TextWriter.Null, exits.Add);

        interrupts.Raise();
        interrupts.Raise();

        Assert.Equal([130], exits);
    }
}
