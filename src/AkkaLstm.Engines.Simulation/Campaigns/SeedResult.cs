namespace AkkaLstm.Engines.Simulation;

/// <summary>What one seed came to.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Verdict">Whether all checks held.</param>
/// <param name="Message">What failed, in one line; null when nothing did.</param>
/// <param name="Outcome">How the first run of the job ended, and whether a second was needed.</param>
/// <param name="VirtualTime">Virtual time of all its runs.</param>
/// <param name="InputCount">Inputs that roles handled.</param>
/// <param name="Faults">What went wrong.</param>
/// <param name="Events">What the roles recorded, by type of event.</param>
public sealed record SeedResult(
    long Seed,
    Verdict Verdict,
    string? Message,
    string Outcome,
    TimeSpan VirtualTime,
    long InputCount,
    FaultCounts Faults,
    IReadOnlyDictionary<string, long> Events);
