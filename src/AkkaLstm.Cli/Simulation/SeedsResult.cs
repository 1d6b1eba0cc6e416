using AkkaLstm.Engines.Simulation;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Simulation;

/// <summary>What <c>simulate --seeds --json</c> prints.</summary>
/// <param name="FirstSeed">First seed asked for.</param>
/// <param name="LastSeed">Last seed asked for.</param>
/// <param name="Rerun">The command line that runs them again.</param>
/// <param name="Seeds">Seeds that ran.</param>
/// <param name="Seconds">Time they took.</param>
/// <param name="SeedsPerSecond">Over all cores.</param>
/// <param name="VirtualSeconds">Virtual time of all runs.</param>
/// <param name="Inputs">Inputs that roles handled.</param>
/// <param name="Outcomes">How first runs ended.</param>
/// <param name="Faults">What went wrong, by kind.</param>
/// <param name="Events">What the roles recorded, by type.</param>
/// <param name="Failures">Seeds that failed.</param>
internal sealed record SeedsResult(
    long FirstSeed,
    long LastSeed,
    string Rerun,
    long Seeds,
    double Seconds,
    double SeedsPerSecond,
    double VirtualSeconds,
    long Inputs,
    IReadOnlyDictionary<string, long> Outcomes,
    IReadOnlyDictionary<string, long> Faults,
    IReadOnlyDictionary<string, long> Events,
    IReadOnlyList<SeedFailure> Failures)
{
    /// <summary>Gathers it.</summary>
    public static SeedsResult Of(SeedsMode.Request request, CampaignReport report, double seconds) => new(
        request.First,
        request.Last,
        request.Line(request.First, request.Last),
        report.SeedCount,
        seconds,
        report.SeedCount / seconds,
        report.VirtualTime.TotalSeconds,
        report.InputCount,
        report.Outcomes,
        Enum.GetValues<FaultKind>().ToDictionary(ChoiceNames.NameOf, kind => report.Faults[kind]),
        report.Events,
        [.. report.Failures.Select(f => new SeedFailure(
            f.Seed, ChoiceNames.NameOf(f.Verdict), f.Message ?? "", request.Line(f.Seed, f.Seed)))]);
}

/// <summary>A seed that failed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Verdict">How.</param>
/// <param name="Message">What, in one line.</param>
/// <param name="Rerun">The command line that runs it again.</param>
internal sealed record SeedFailure(long Seed, string Verdict, string Message, string Rerun);
