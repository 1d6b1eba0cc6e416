using System.Globalization;
using AkkaLstm.Engines.Simulation;
using AkkaLstm.Engines.Simulation.Exact;

namespace AkkaLstm.PlantedFaults.Tests;

/// <summary>What runs inside a <see cref="FaultyWorld"/>.</summary>
public static class SeedScan
{
    /// <summary>
    /// The first of the seeds 0 .. <paramref name="seedCount"/> - 1 that fails, as <c>seed|message</c>; null when none
    /// does.
    /// </summary>
    public static string? FirstFailure(long seedCount)
    {
        var options = new CampaignOptions { Open = ExactMathematics.Open };
        for (long seed = 0; seed < seedCount; seed++)
        {
            SeedResult result = SeedRun.Run(seed, options);
            if (result.Verdict != Verdict.Passed)
                return string.Create(CultureInfo.InvariantCulture, $"{seed}|{result.Verdict}: {result.Message}");
        }

        return null;
    }
}
