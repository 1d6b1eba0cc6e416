namespace AkkaLstm.Engines.Simulation;

/// <summary>How often each fault happened.</summary>
public sealed class FaultCounts
{
    private readonly long[] _counts = new long[Enum.GetValues<FaultKind>().Length];

    /// <summary>Times a fault happened.</summary>
    public long this[FaultKind kind] => _counts[(int)kind];

    /// <summary>All faults together.</summary>
    public long Total => _counts.Sum();

    /// <summary>Counts one.</summary>
    public void Add(FaultKind kind) => _counts[(int)kind]++;

    /// <summary>Adds the counts of another seed.</summary>
    public void Add(FaultCounts other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
    }
}
