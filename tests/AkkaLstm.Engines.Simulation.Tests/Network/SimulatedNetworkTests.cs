namespace AkkaLstm.Engines.Simulation.Tests.Network;

public sealed class SimulatedNetworkTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly Agenda _agenda = new();
    private readonly List<(FaultKind Kind, int From, int To)> _faults = [];

    [Fact]
    public void Send_InOrder_ArrivesInOrder()
    {
        SimulatedNetwork network = Network(new NetworkOptions { IsInOrder = true, MeanLatency = Millisecond });
        List<int> arrived = SendMany(network, 100);

        Assert.Equal(Enumerable.Range(0, 100), arrived);
    }

    [Fact]
    public void Send_NotInOrder_MessagesOvertake()
    {
        List<int> arrived = SendMany(Network(new NetworkOptions { MeanLatency = Millisecond }), 100);

        Assert.Equal(Enumerable.Range(0, 100), arrived.Order());
        Assert.NotEqual(Enumerable.Range(0, 100), arrived);
    }

    [Fact]
    public void Send_Loss_LosesItsShareAndSaysSo()
    {
        List<int> arrived = SendMany(Network(new NetworkOptions { Loss = 0.3 }), 1000);

        Assert.InRange(arrived.Count, 600, 800);
        Assert.Equal(1000 - arrived.Count, _faults.Count(f => f.Kind == FaultKind.MessageLoss));
    }

    [Fact]
    public void Send_Duplication_ArrivesTwice()
    {
        List<int> arrived = SendMany(Network(new NetworkOptions { Duplication = 1 }), 10);

        Assert.Equal(20, arrived.Count);
        Assert.Equal(Enumerable.Range(0, 10), arrived.Distinct().Order());
    }

    [Fact]
    public void Send_Bandwidth_OneMessageAfterTheOther()
    {
        SimulatedNetwork network = Network(new NetworkOptions { BytesPerSecond = 1000 });
        var arrivals = new List<TimeSpan>();
        for (int i = 0; i < 3; i++)
            network.Send(0, 1, bytes: 100, () => arrivals.Add(_agenda.Now));
        RunAll();

        Assert.True(arrivals.Max() > TimeSpan.FromMilliseconds(300));
        Assert.Equal(0, network.InFlightCount);
    }

    [Fact]
    public void Clog_WhileItLasts_HoldsOneDirectionUp()
    {
        SimulatedNetwork network = Network(new NetworkOptions());
        network.Clog(0, 1, TimeSpan.FromSeconds(1));
        TimeSpan there = default;
        TimeSpan back = default;
        network.Send(0, 1, 1, () => there = _agenda.Now);
        network.Send(1, 0, 1, () => back = _agenda.Now);
        RunAll();

        Assert.Equal(TimeSpan.FromSeconds(1), there);
        Assert.True(back < TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    public void Cut_BetweenSides_LosesMessages(bool isOneWay, bool isOutThere, bool isBackThere)
    {
        SimulatedNetwork network = Network(new NetworkOptions());
        Partition partition = network.Cut(new HashSet<int> { 0, 1 }, isOneWay);

        Assert.Equal(isOutThere, Arrives(network, 0, 2));
        Assert.Equal(isBackThere, Arrives(network, 2, 0));
        Assert.True(Arrives(network, 0, 1));
        Assert.True(Arrives(network, 2, 3));

        network.Mend(partition);
        Assert.True(Arrives(network, 0, 2));
    }

    private bool Arrives(SimulatedNetwork network, int from, int to)
    {
        bool hasArrived = false;
        network.Send(from, to, 1, () => hasArrived = true);
        RunAll();
        return hasArrived;
    }

    private List<int> SendMany(SimulatedNetwork network, int count)
    {
        var arrived = new List<int>();
        for (int i = 0; i < count; i++)
        {
            int number = i;
            network.Send(0, 1, 1, () => arrived.Add(number));
        }

        RunAll();
        return arrived;
    }

    private SimulatedNetwork Network(NetworkOptions options) => new(_agenda, new SeededRandom(3), options)
    {
        OnFault = (kind, from, to) => _faults.Add((kind, from, to)),
    };

    private void RunAll()
    {
        while (_agenda.TryStep(TimeSpan.MaxValue))
        {
        }
    }
}
