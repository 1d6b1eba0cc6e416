namespace AkkaLstm.Engines.Simulation;

/// <summary>Sums over the seeds of a campaign; the same whatever the order in which they ran.</summary>
public sealed class CampaignReport
{
    private readonly SortedDictionary<long, SeedResult> _failures = [];
    private readonly SortedDictionary<string, long> _events = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _outcomes = new(StringComparer.Ordinal);

    /// <summary>Seeds that ran.</summary>
    public long SeedCount { get; private set; }

    /// <summary>Inputs that roles handled.</summary>
    public long InputCount { get; private set; }

    /// <summary>Virtual time of all seeds.</summary>
    public TimeSpan VirtualTime { get; private set; }

    /// <summary>What went wrong.</summary>
    public FaultCounts Faults { get; } = new();

    /// <summary>What the roles recorded, by type of event.</summary>
    public IReadOnlyDictionary<string, long> Events => _events;

    /// <summary>How first runs ended, and how many of them were resumed.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => _outcomes;

    /// <summary>Seeds that failed, in order.</summary>
    public IReadOnlyCollection<SeedResult> Failures => _failures.Values;

    /// <summary>The most severe verdict.</summary>
    public Verdict Verdict => _failures.Count == 0 ? Verdict.Passed : _failures.Values.Max(f => f.Verdict);

    /// <summary>Adds a seed.</summary>
    public void Add(SeedResult result)
    {
        SeedCount++;
        InputCount += result.InputCount;
        VirtualTime += result.VirtualTime;
        Faults.Add(result.Faults);
        foreach ((string name, long count) in result.Events)
            _events[name] = _events.GetValueOrDefault(name) + count;
        _outcomes[result.Outcome] = _outcomes.GetValueOrDefault(result.Outcome) + 1;
        if (result.Verdict != Verdict.Passed)
            _failures.Add(result.Seed, result);
    }
}
