using AkkaLstm.Engines.Simulation;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Simulation;

/// <summary>The report of <c>simulate --seeds</c> for people.</summary>
internal static class SeedsText
{
    /// <summary>Failures that are printed; the others are counted.</summary>
    private const int ShownFailures = 50;

    /// <summary>Writes it.</summary>
    public static void Write(TextWriter output, SeedsMode.Request request, CampaignReport report, double seconds)
    {
        output.WriteLine(
            $"{report.SeedCount} seeds in {seconds:0.0} s: {report.SeedCount / seconds:0} seeds/s, "
            + $"{report.InputCount / seconds:0} inputs/s, {report.VirtualTime.TotalSeconds:0} s of virtual time");
        output.WriteLine($"outcomes: {Counts(report.Outcomes)}");
        output.WriteLine($"faults: {Counts(Enum.GetValues<FaultKind>()
            .Where(kind => report.Faults[kind] > 0)
            .Select(kind => KeyValuePair.Create(ChoiceNames.NameOf(kind), report.Faults[kind])))}");
        output.WriteLine($"events: {Counts(report.Events)}");
        foreach (SeedResult failure in report.Failures.Take(ShownFailures))
        {
            output.WriteLine($"FAILED seed {failure.Seed}, {ChoiceNames.NameOf(failure.Verdict)}: {failure.Message}");
            output.WriteLine($"  {request.Line(failure.Seed, failure.Seed)} --trace {failure.Seed}.txt");
        }

        output.WriteLine(report.Failures.Count == 0 ? "no failures" : $"{report.Failures.Count} failed");
    }

    private static string Counts(IEnumerable<KeyValuePair<string, long>> counts)
    {
        string text = string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"));
        return text.Length == 0 ? "none" : text;
    }
}
