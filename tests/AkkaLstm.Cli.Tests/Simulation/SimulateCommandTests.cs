namespace AkkaLstm.Cli.Tests.Simulation;

public class SimulateCommandTests
{
    [Fact]
    public async Task Simulate_Seeds_PrintsTheRerunCommandFirstAndPasses()
    {
        CliRun run = (await CliRun.OfAsync("simulate", "--seeds", "3..12", "--faults", "light")).AssertDone();

        string[] lines = run.Out.Split('\n');
        Assert.StartsWith("seeds 3..12, light faults: ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("simulate --seeds 3..12 --faults light", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("10 seeds in ", lines[1], StringComparison.Ordinal);
        Assert.Contains("no failures", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simulate_TraceTwice_WritesTheSame()
    {
        using var directory = new TemporaryDirectory();
        string first = directory.File("first.txt");
        string second = directory.File("second.txt");

        (await CliRun.OfAsync("simulate", "--seeds", "5", "--nodes", "4", "--trace", first)).AssertDone();
        (await CliRun.OfAsync("simulate", "--seeds", "5", "--nodes", "4", "--trace", second)).AssertDone();

        string trace = await File.ReadAllTextAsync(first);
        Assert.Equal(trace, await File.ReadAllTextAsync(second));
        Assert.Contains("StepClosed", trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simulate_Json_CountsSeedsFaultsAndEvents()
    {
        CliRun run = (await CliRun.OfAsync("simulate", "--seeds", "1..20", "--json")).AssertDone();

        Assert.Equal(20, run.Json.GetProperty("seeds").GetInt32());
        Assert.True(run.Json.GetProperty("events").GetProperty("StepClosed").GetInt64() > 20);
        Assert.Equal(0, run.Json.GetProperty("failures").GetArrayLength());
    }

    [Fact]
    public async Task Simulate_RealMathematics_Passes()
    {
        CliRun run = (await CliRun.OfAsync(
            "simulate", "--seeds", "1..5", "--faults", "light", "--mathematics", "lstm")).AssertDone();

        Assert.EndsWith("--mathematics lstm", run.Out.Split('\n')[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--mathematics", "other", "--mathematics", "exact or lstm")]
    [InlineData("--without", "rain", "--without", "is not known")]
    [InlineData("--seeds", "x..2", "--seeds", "is not a range")]
    [InlineData("--seeds", "9..2", "--seeds", "the first seed comes first")]
    [InlineData("--faults", "some", "--faults", "none, light, heavy")]
    [InlineData("--nodes", "1", "--nodes", "from 2 to 1000")]
    [InlineData("--trace", "/tmp/x", "--trace", "a single seed")]
    public async Task Simulate_BadOption_SaysWhatWouldBeRight(string option, string value, string place, string remedy) =>
        (await CliRun.OfAsync(option == "--seeds" ? ["simulate", option, value] : ["simulate", "--seeds", "1..2", option, value])).AssertBadInput(place, remedy);
}
