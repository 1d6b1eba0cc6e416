namespace AkkaLstm.Engines.Simulation.Tests.Time;

public sealed class AgendaTests
{
    [Fact]
    public void TryStep_EntriesOfOneTime_HappenInTheOrderOfPlanning()
    {
        var agenda = new Agenda();
        var done = new List<int>();
        for (int i = 0; i < 20; i++)
        {
            int number = i;
            agenda.At(TimeSpan.FromMilliseconds(number < 10 ? 2 : 1), () => done.Add(number));
        }

        while (agenda.TryStep(TimeSpan.MaxValue))
        {
        }

        Assert.Equal([.. Enumerable.Range(10, 10), .. Enumerable.Range(0, 10)], done);
        Assert.Equal(TimeSpan.FromMilliseconds(2), agenda.Now);
    }

    [Fact]
    public void TryStep_NothingDueByTheLimit_LeavesTheClockAlone()
    {
        var agenda = new Agenda();
        agenda.At(TimeSpan.FromMilliseconds(2), () => Assert.Fail("too early"));

        Assert.False(agenda.TryStep(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(TimeSpan.Zero, agenda.Now);
    }

    [Fact]
    public void At_TimeThatIsOver_HappensNow()
    {
        var agenda = new Agenda();
        TimeSpan? at = null;
        agenda.At(TimeSpan.FromSeconds(1), () => agenda.At(TimeSpan.Zero, () => at = agenda.Now));

        while (agenda.TryStep(TimeSpan.MaxValue))
        {
        }

        Assert.Equal(TimeSpan.FromSeconds(1), at);
    }
}
