namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// Decides when, how often and whether messages arrive. A connection is a pair of hosts in one direction; what
/// happens on one does not hold up another.
/// </summary>
internal sealed class SimulatedNetwork(Agenda agenda, SeededRandom random, NetworkOptions options)
{
    // Only looked up by key, never enumerated: the order of a dictionary is nobody's promise.
    private readonly Dictionary<(int From, int To), Link> _links = [];
    private readonly List<Partition> _partitions = [];

    private sealed class Link
    {
        public TimeSpan BusyUntil;
        public TimeSpan ClogUntil;
        public TimeSpan LastArrival;
    }

    /// <summary>How messages travel from now on.</summary>
    public NetworkOptions Options { get; set; } = options;

    /// <summary>Messages sent and not yet arrived.</summary>
    public int InFlightCount { get; private set; }

    /// <summary>Hears of messages that do not arrive once.</summary>
    public required Action<FaultKind, int, int> OnFault { get; init; }

    /// <summary>Sends a message.</summary>
    /// <param name="from">Host of the sender.</param>
    /// <param name="to">Host of the receiver.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="arrive">Called on each arrival.</param>
    public void Send(int from, int to, long bytes, Action arrive)
    {
        if (IsCut(from, to))
        {
            OnFault(FaultKind.MessageCut, from, to);
            return;
        }

        if (random.Happens(Options.Loss))
        {
            OnFault(FaultKind.MessageLoss, from, to);
            return;
        }

        Deliver(LinkOf(from, to), bytes, arrive);
        if (!random.Happens(Options.Duplication))
            return;
        OnFault(FaultKind.MessageDuplication, from, to);
        Deliver(LinkOf(from, to), bytes, arrive);
    }

    /// <summary>The connection delivers nothing for a while, then everything.</summary>
    public void Clog(int from, int to, TimeSpan duration)
    {
        Link link = LinkOf(from, to);
        TimeSpan until = agenda.Now + duration;
        link.ClogUntil = until > link.ClogUntil ? until : link.ClogUntil;
    }

    /// <summary>Cuts the network into two sides; messages between them are lost.</summary>
    /// <param name="side">Hosts of the one side; all others, also later ones, are the other.</param>
    /// <param name="isOneWay">Whether messages from the others to this side still arrive.</param>
    public Partition Cut(IReadOnlySet<int> side, bool isOneWay)
    {
        var partition = new Partition(side, isOneWay);
        _partitions.Add(partition);
        return partition;
    }

    /// <summary>Ends a partition.</summary>
    public void Mend(Partition partition) => _partitions.Remove(partition);

    /// <summary>Ends all partitions and clogs; what was held up arrives soon.</summary>
    public void Heal()
    {
        _partitions.Clear();
        _links.Clear();
        Options = Options.Healed;
    }

    private bool IsCut(int from, int to)
    {
        foreach (Partition partition in _partitions)
        {
            if (partition.Cuts(from, to))
                return true;
        }

        return false;
    }

    private Link LinkOf(int from, int to)
    {
        if (!_links.TryGetValue((from, to), out Link? link))
            _links[(from, to)] = link = new Link();
        return link;
    }

    private void Deliver(Link link, long bytes, Action arrive)
    {
        TimeSpan start = link.BusyUntil > agenda.Now ? link.BusyUntil : agenda.Now;
        link.BusyUntil = start + TimeSpan.FromSeconds(bytes / Options.BytesPerSecond);
        TimeSpan mean = random.Happens(Options.TailProbability) ? Options.TailLatency : Options.MeanLatency;
        TimeSpan arrival = link.BusyUntil + Options.LeastLatency + random.Exponential(mean);
        if (arrival < link.ClogUntil)
            arrival = link.ClogUntil;
        if (Options.IsInOrder && arrival < link.LastArrival)
            arrival = link.LastArrival;
        link.LastArrival = arrival;
        InFlightCount++;
        agenda.At(arrival, () =>
        {
            InFlightCount--;
            arrive();
        });
    }
}

/// <summary>A cut through the network.</summary>
/// <param name="Side">Hosts of the one side.</param>
/// <param name="IsOneWay">Whether only messages from this side to the others are lost.</param>
internal sealed record Partition(IReadOnlySet<int> Side, bool IsOneWay)
{
    /// <summary>Whether messages between these hosts are lost.</summary>
    public bool Cuts(int from, int to) =>
        Side.Contains(from) ? !Side.Contains(to) : !IsOneWay && Side.Contains(to);
}
