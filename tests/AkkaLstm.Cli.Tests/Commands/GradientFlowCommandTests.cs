using System.Text.Json;
using System.Xml.Linq;

namespace AkkaLstm.Cli.Tests.Commands;

public class GradientFlowCommandTests(TrainedRuns runs) : IClassFixture<TrainedRuns>
{
    [Fact]
    public async Task GradientFlow_TwoCells_HasTheirCurvesAndDrawsThem()
    {
        using var directory = new TemporaryDirectory();
        string plot = directory.File("flow.svg");

        CliRun run = (await CliRun.OfAsync(
            "gradient-flow", "--cell", "rnn,lstm-1997", "--window", "60", "--hidden", "16", "--plot", plot, "--json")).AssertDone();

        JsonElement[] curves = [.. run.Json.GetProperty("curves").EnumerateArray()];
        Assert.Equal(["rnn, h", "lstm-1997, h", "lstm-1997, c"], curves.Select(curve => curve.GetProperty("name").GetString()));
        double[][] norms = [.. curves.Select(curve => curve.GetProperty("norms").EnumerateArray().Select(norm => norm.GetDouble()).ToArray())];
        Assert.All(norms, curve => Assert.Equal(60, curve.Length));
        Assert.True(norms[0][^1] < 1e-6, "the gradient of the plain network should vanish");
        Assert.True(norms[2][^1] > 1e-3, "the carousel should keep it");
        Assert.Equal(3, XDocument.Load(plot).Descendants().Count(element => element.Name.LocalName == "polyline"));
    }

    [Fact]
    public async Task GradientFlow_Model_ShowsItBeforeAndAfterTraining()
    {
        CliRun run = (await CliRun.OfAsync("gradient-flow", runs.Text, "--window", "8")).AssertDone();

        Assert.Contains("before", run.Out, StringComparison.Ordinal);
        Assert.Contains("after", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--window 1", "--window: 1 is out of range; use a number from 2 to 10000")]
    [InlineData("--cell lstn", "'lstn' is not known")]
    [InlineData("--seed -1", "--seed: -1 is too small")]
    [InlineData("no/such/run", "no/such/run")]
    public async Task GradientFlow_BadOption_IsNamed(string options, string expected) =>
        (await CliRun.OfAsync(["gradient-flow", .. options.Split(' ')])).AssertBadInput(expected);

    [Fact]
    public async Task GradientFlow_ModelAndCell_AreNotBothTaken() =>
        (await CliRun.OfAsync("gradient-flow", runs.Text, "--cell", "lstm")).AssertBadInput("MODEL has its own");
}
