using System.Text.Json;
using System.Text.RegularExpressions;
using AkkaLstm.Cli.Commands;
using AkkaLstm.Cli.Tests.Commands;
using AkkaLstm.Models;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Tests;

/// <summary>
/// Holds docs/CLI.md against the program. After a change of a help text, run the tests once with
/// AKKALSTM_UPDATE_DOCS=1 to write the new text into the page.
/// </summary>
public partial class DocumentationTests(TrainedRuns runs) : IClassFixture<TrainedRuns>
{
    private static readonly string Page = Repository.File("docs", "CLI.md");

    public static TheoryData<string> Commands =>
        ["", .. CommandList.All.Select(entry => entry.Command.Name).ToArray()];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Page_HelpOfEveryCommand_IsWhatTheProgramPrints(string command)
    {
        string[] line = command.Length == 0 ? ["--help"] : [command, "--help"];
        string help = (await CliRun.OfAsync(line)).AssertDone().Out;
        string page = File.ReadAllText(Page);
        Match block = Assert.Single(
            HelpBlock().Matches(page), match => match.Groups["command"].Value.Trim() == command);

        if (Environment.GetEnvironmentVariable("AKKALSTM_UPDATE_DOCS") == "1")
        {
            Group text = block.Groups["text"];
            File.WriteAllText(Page, page[..text.Index] + help + page[(text.Index + text.Length)..]);
            return;
        }

        Assert.Equal(help, block.Groups["text"].Value);
    }

    [Fact]
    public void CellsPage_EveryCell_IsThereWithAPicture()
    {
        string page = File.ReadAllText(Repository.File("docs", "CELLS.md"));
        foreach (CellKind cell in Enum.GetValues<CellKind>())
            Assert.Contains($"`{ChoiceNames.NameOf(cell)}`", page, StringComparison.Ordinal);
        foreach (Match picture in Picture().Matches(page))
            Assert.True(File.Exists(Repository.File("docs", picture.Groups["path"].Value)), picture.Value);
    }

    [Fact]
    public async Task Page_JsonFieldsOfEveryCommand_AreNamed()
    {
        string page = await File.ReadAllTextAsync(Page);
        using var directory = new TemporaryDirectory();
        string job = directory.Write("job.json", """{ "hidden": 4, "window": 8 }""");
        string[][] lines =
        [
            ["evaluate", runs.Forecast], ["evaluate", runs.Text], ["evaluate", runs.Classes], ["classify", runs.Classes], ["forecast", runs.Forecast],
            ["generate", runs.Text, "--length", "3", "--top-k", "5", "--top-p", "0.9"], ["generate", runs.Text, "--length", "3", "--beams", "2"],
            ["inspect", runs.Text], ["export", runs.Text, "--out", directory.File("m.safetensors")],
            ["simulate", "--plan", job, "--bandwidth", "1Gbps", "--verify", "--tries", "1"],
            ["simulate", "--seeds", "1"], ["gradient-flow", "--window", "5"], ["bench", "--sections", "fma", "--repetitions", "1"], ["resume", runs.Text, "--epochs", "5"],
        ];

        foreach (string[] line in lines)
        {
            JsonElement json = (await CliRun.OfAsync([.. line, "--json"])).AssertDone().Json;
            Assert.All(json.EnumerateObject(), field => Assert.True(
                page.Contains($"`{field.Name}`", StringComparison.Ordinal),
                $"{line[0]} prints the field {field.Name}, docs/CLI.md is silent"));
        }
    }

    [GeneratedRegex(@"!\[\]\((?<path>[^)]*)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Picture();

    [GeneratedRegex(
        @"<!-- help:(?<command>[^>]*)-->\n```text\n(?<text>[^`]*)```", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HelpBlock();
}
