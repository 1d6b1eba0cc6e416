using System.Text.Json;

namespace AkkaLstm.Cli.Tests.Commands;

public sealed class SimulatePlanTests : IDisposable
{
    private const string Job =
        """{ "data": "builtin:sunspots", "hidden": 4, "window": 8, "batch": 16, "shards": 4, "horizon": 2 }""";

    private readonly TemporaryDirectory _directory = new();
    private readonly string _job;

    public SimulatePlanTests() => _job = _directory.Write("job.json", Job);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Plan_Network_PredictsOneTo1024Workers()
    {
        JsonElement json = (await CliRun.OfAsync(
            "simulate", "--plan", _job, "--bandwidth", "10Gbps", "--latency", "50us", "--json")).AssertDone().Json;

        Assert.Equal(1.25e9, json.GetProperty("network").GetProperty("bytesPerSecond").GetDouble());
        Assert.Equal(50e-6, json.GetProperty("network").GetProperty("latencySeconds").GetDouble(), 1e-12);
        JsonElement[] rows = [.. json.GetProperty("rows").EnumerateArray()];
        Assert.Equal(
            [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024], rows.Select(row => row.GetProperty("workers").GetInt32()));
        Assert.All(rows, row => Assert.Equal(
            row.GetProperty("stepMs").GetDouble(),
            row.GetProperty("computeMs").GetDouble() + row.GetProperty("transferMs").GetDouble()
                + row.GetProperty("serverMs").GetDouble() + row.GetProperty("messageMs").GetDouble(),
            1e-9));
        Assert.All(rows, row => Assert.True(row.GetProperty("messageMs").GetDouble() >= 7 * 0.05));
        Assert.Equal(4, json.GetProperty("limit").GetProperty("shards").GetInt32());
        Assert.Equal(4, json.GetProperty("costs").GetProperty("shards").GetInt32());
        Assert.False(json.TryGetProperty("verified", out _));
    }

    [Fact]
    public async Task Plan_OneProcessVerified_SetsMeasuredStepsBesideThePrediction()
    {
        CliRun run = (await CliRun.OfAsync(
            "simulate", "--plan", _job, "--verify", "--tries", "1", "--json")).AssertDone();

        Assert.False(run.Json.TryGetProperty("network", out _));
        JsonElement[] verified = [.. run.Json.GetProperty("verified").EnumerateArray()];
        Assert.Equal([1, 2], verified.Select(check => check.GetProperty("workers").GetInt32()));
        Assert.All(verified, check => Assert.True(check.GetProperty("ratio").GetProperty("median").GetDouble() > 0));
        Assert.Contains("measuring", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_Text_NamesWhereMoreWorkersStopPayingAndWhatToChoose()
    {
        CliRun run = (await CliRun.OfAsync(
            "simulate", "--plan", _job, "--bandwidth", "1Gbps", "--workers", "2,1,3", "--quiet")).AssertDone();

        Assert.Equal("", run.Error);
        Assert.Contains("not pay:", run.Out, StringComparison.Ordinal);
        Assert.Contains("Choose ", run.Out, StringComparison.Ordinal);
        Assert.Contains("1 Gbit/s, 100 microseconds one way", run.Out, StringComparison.Ordinal);
        Assert.Contains("mathematics of 16 lanes, 4 shards", run.Out, StringComparison.Ordinal);
        Assert.Contains("│ 3 ", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("│ 4 ", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--plan", "10Gbps", "--bandwidth", "fast")]
    [InlineData("--plan", "100us", "--bandwidth", "10Gbps", "--latency", "soon")]
    [InlineData("--plan", "--bandwidth", "--latency", "100us")]
    [InlineData("--plan", "from 1 to 1024", "--workers", "0")]
    [InlineData("--plan", "--verify", "--tries", "2")]
    public async Task Plan_BadOptions_NameTheRemedy(string plan, string remedy, params string[] options) =>
        (await CliRun.OfAsync(["simulate", plan, _job, .. options])).AssertBadInput(options[^2], remedy);

    [Fact]
    public async Task Plan_NoSuchJob_IsBadInput() =>
        (await CliRun.OfAsync("simulate", "--plan", _directory.File("none.json"))).AssertBadInput("none.json");

    [Fact]
    public async Task Simulate_NothingAsked_SaysWhatThereIs() =>
        (await CliRun.OfAsync("simulate")).AssertBadInput("--plan");
}
