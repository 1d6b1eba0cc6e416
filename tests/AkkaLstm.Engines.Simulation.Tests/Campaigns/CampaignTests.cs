using AkkaLstm.Engines.Simulation.Exact;

namespace AkkaLstm.Engines.Simulation.Tests.Campaigns;

/// <summary>
/// Whatever goes wrong on the way, the job ends, with the bits of a run in which nothing did.
/// </summary>
public sealed class CampaignTests
{
    private const int HeavySeedCount = 2000;
    private const int OtherSeedCount = 200;

    [Fact]
    public void Run_NoFaults_EverySeedCompletesAtOnce()
    {
        CampaignReport report = Campaign.Run(1, OtherSeedCount, Options(FaultLevel.None));

        AssertNoFailures(report);
        Assert.Equal(0, report.Faults.Total);
        Assert.Equal(OtherSeedCount, report.Outcomes["Completed"]);
    }

    [Fact]
    public void Run_LightFaults_EverySeedPasses() =>
        AssertNoFailures(Campaign.Run(1, OtherSeedCount, Options(FaultLevel.Light)));

    [Fact]
    public void Run_HeavyFaults_EverySeedPassesAndEveryFaultHappens()
    {
        CampaignReport report = Campaign.Run(1, HeavySeedCount, Options(FaultLevel.Heavy));

        AssertNoFailures(report);
        Assert.All(
            Enum.GetValues<FaultKind>().Where(kind => kind is not (FaultKind.LatencyTail or FaultKind.NarrowLinks)),
            kind => Assert.True(report.Faults[kind] > 0, $"{kind} never happened"));
        Assert.All(
            new[] { "GenerationStarted", "GradientRecomputed", "CheckpointFailed", "WorkerOverdue", "TasksReassigned", "NodeLeft", "ReplicaSynced", "ReplicaDropped", "CheckpointLost", "WorkersAwaited" },
            name => Assert.True(report.Events.GetValueOrDefault(name) > 20, $"hardly any {name}"));
    }

    [Fact]
    public void Run_SameSeedTwice_SameTrace()
    {
        for (long seed = 1; seed <= 20; seed++)
        {
            var first = new StringWriter();
            var second = new StringWriter();
            SeedResult result = SeedRun.Run(seed, Options(FaultLevel.Heavy), first);
            SeedResult again = SeedRun.Run(seed, Options(FaultLevel.Heavy), second);

            Assert.Equal(first.ToString(), second.ToString());
            Assert.Equal(result.InputCount, again.InputCount);
            Assert.Equal(result.InputCount, SeedRun.Run(seed, Options(FaultLevel.Heavy)).InputCount);
        }
    }

    [Fact]
    public void Run_OnAllCores_SameAsOneByOne()
    {
        var expected = new CampaignReport();
        for (long seed = 1; seed <= 50; seed++)
            expected.Add(SeedRun.Run(seed, Options(FaultLevel.Heavy)));

        CampaignReport report = Campaign.Run(1, 50, Options(FaultLevel.Heavy));

        Assert.Equal(expected.InputCount, report.InputCount);
        Assert.Equal(expected.VirtualTime, report.VirtualTime);
        Assert.Equal(expected.Events, report.Events);
        Assert.Equal(expected.Outcomes, report.Outcomes);
    }

    [Fact]
    public void Run_WithoutAFault_ItDoesNotHappen()
    {
        CampaignOptions options = Options(FaultLevel.Heavy) with { Without = [FaultKind.WorkerCrash] };

        CampaignReport report = Campaign.Run(1, 50, options);

        Assert.Equal(0, report.Faults[FaultKind.WorkerCrash]);
        Assert.True(report.Faults[FaultKind.ServerCrash] > 0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public void Run_NodeCountGiven_EverySeedPasses(int nodes) =>
        AssertNoFailures(Campaign.Run(1, 20, Options(FaultLevel.Heavy) with { NodeCount = nodes }));

    private static CampaignOptions Options(FaultLevel level) => new()
    {
        Level = level,
        Open = ExactMathematics.Open,
    };

    private static void AssertNoFailures(CampaignReport report) => Assert.True(
        report.Failures.Count == 0,
        string.Join('\n', report.Failures.Select(f => $"seed {f.Seed}: {f.Verdict}: {f.Message}")));
}
