using System.CommandLine;
using AkkaLstm.Cli.Commands;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Tests.Hosting;

public class CommandLineTests
{
    private static readonly string[] Names = [.. CommandList.All.Select(entry => entry.Command.Name)];

    public static TheoryData<string> CommandNames => [.. Names];

    [Fact]
    public async Task Run_NoCommand_PrintsHelpWithEveryCommand()
    {
        CliRun run = (await CliRun.OfAsync()).AssertDone();

        Assert.All(Names, name => Assert.Contains($"  {name} ", run.Out, StringComparison.Ordinal));
        Assert.Equal("", run.Error);
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public async Task Help_EveryCommand_ShowsUsageOptionsAndExamples(string name)
    {
        CliRun run = (await CliRun.OfAsync(name, "--help")).AssertDone();

        Assert.Contains($"akkalstm {name}", run.Out, StringComparison.Ordinal);
        Assert.Contains("Examples:", run.Out, StringComparison.Ordinal);
        Assert.Contains("--json", run.Out, StringComparison.Ordinal);
        Assert.All(
            run.Out.Split('\n'),
            line => Assert.True(line.Length <= CliConsole.DefaultWidth, $"too long: {line}"));
        Command command = CommandList.All.Single(entry => entry.Command.Name == name).Command;
        Assert.All(
            command.Options.Where(option => !option.Hidden),
            option => Assert.Contains($"  {option.Name}", run.Out, StringComparison.Ordinal));
        Assert.All(
            command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public async Task Examples_EveryCommand_AreLinesThatParse(string name)
    {
        CliRun help = await CliRun.OfAsync(name, "--help");
        using var interrupts = Interrupts.None(TextWriter.Null);
        var application = new CliApplication(
            new CliConsole(TextWriter.Null, TextWriter.Null), interrupts, CommandList.All);
        string[] examples = [.. help.Out.Split('\n').Where(l => l.StartsWith("  akkalstm ", StringComparison.Ordinal)).Skip(1)];

        Assert.NotEmpty(examples);
        Assert.All(examples, line =>
        {
            // The splitter knows double quotes only, a shell single ones too.
            ParseResult parsed = application.Root.Parse(line["  akkalstm ".Length..].Replace('\'', '"'));
            Assert.Empty(parsed.Errors);
            Assert.Empty(parsed.UnmatchedTokens);
        });
    }

    [Fact]
    public async Task Version_Prints_NameNumberAndVectorPath()
    {
        CliRun run = (await CliRun.OfAsync("--version")).AssertDone();

        Assert.Matches(@"^akkalstm \d+\.\d+\.\d+ \(\.NET [0-9.]+.*, (avx512|avx2|portable)\)\n$", run.Out);
    }

    [Fact]
    public void Train_Options_AreThePlansOptions()
    {
        Command train = CommandList.All.Single(entry => entry.Command.Name == "train").Command;

        Assert.All(
            PlanOptionTable.All,
            plan => Assert.Contains(train.Options, option => option.Name == plan.CommandLineName));
    }

    [Theory]
    [InlineData("trian", "'train'")]
    [InlineData("forcast x", "'forecast'")]
    [InlineData("inspec x", "'inspect'")]
    public async Task Run_MistypedCommand_NamesTheNearest(string line, string nearest) =>
        (await CliRun.OfAsync(line.Split(' '))).AssertBadInput("unknown command", nearest, "akkalstm --help");

    [Theory]
    [InlineData("train --hiden 64", "'--hiden'", "'--hidden'")]
    [InlineData("train --learningrate 1", "'--learningrate'", "akkalstm train --help")]
    [InlineData("train --hiden", "'--hiden'", "'--hidden'")]
    [InlineData("forecast run --horizn 3", "'--horizn'", "'--horizon'")]
    [InlineData("inspect run --jsn", "'--jsn'", "'--json'")]
    [InlineData("--quite", "'--quite'", "'--quiet'")]
    public async Task Run_UnknownOption_NamesItAndTheNearest(string line, params string[] parts) =>
        (await CliRun.OfAsync(line.Split(' '))).AssertBadInput(["unknown option", .. parts]);

    [Theory]
    [InlineData("train --hidden", "--hidden needs a value", "N")]
    [InlineData("train --data --hidden 3", "--data needs a value", "PATH")]
    [InlineData("train --lr 1 --lr 2", "--lr is given more than once")]
    [InlineData("train a.json b.json", "unexpected argument 'b.json'", "JOB.json")]
    [InlineData("forecast", "forecast needs MODEL")]
    [InlineData("resume", "resume needs RUN_DIR")]
    [InlineData("export model", "export needs --out")]
    [InlineData("export model --out x --format onxx", "--format", "safetensors")]
    [InlineData("train --workers many", "--workers: 'many' is not a whole number")]
    [InlineData("train --workers 0", "--workers", "0", "from 1")]
    [InlineData("train --engine akkka", "--engine", "'akkka'", "inprocess")]
    [InlineData("train --engine akka", "--engine akka", "without the Akka engine", "-p:WithAkka=true")]
    [InlineData("node --role worker --engine akka --join 127.0.0.1:1", "--engine akka", "without the Akka engine")]
    [InlineData("node --role worker --config worker.conf", "--engine akka", "without the Akka engine")]
    [InlineData("node --role worker --engine sockets --config worker.conf", "--config", "--engine akka")]
    [InlineData("node --role worker --engine grpc", "--engine", "'grpc'", "sockets or akka")]
    [InlineData("train --checkpoint-every 10m", "--checkpoint-every", "'10m'", "60s")]
    [InlineData("train --hidden 1e3", "--hidden", "'1e3'", "whole number")]
    [InlineData("train --hidden 99999999999", "--hidden", "99999999999")]
    [InlineData("train --lr nan", "--lr", "'nan'", "number")]
    [InlineData("train --lr 0,5", "--lr", "'0,5'", "number")]
    [InlineData("train --hidden 0", "--hidden", "0", "1 or more")]
    [InlineData("train --dropout 1.5", "--dropout", "1.5", "0 up to")]
    [InlineData("train --lr -1", "--lr", "-1", "above 0")]
    [InlineData("train --cell lstn", "--cell", "'lstn'", "lstm")]
    [InlineData("train --optimizer adan", "--optimizer", "'adan'", "adam")]
    [InlineData("train --init uniform", "--init", "uniform:0.1")]
    [InlineData("train --batch 12 --shards 8", "--shards", "batch of 12", "--shards 4")]
    [InlineData("train --shards 3", "--shards", "power of two")]
    [InlineData("train --data builtin:sunspot", "builtin:sunspot", "sunspots")]
    [InlineData("train --embedding 8", "--embedding", "leave it out")]
    [InlineData("bench --sections gem", "--sections", "'gem'", "gemm")]
    [InlineData("bench --repetitions 0", "--repetitions", "0")]
    [InlineData("bench --peer jax", "--peer", "'jax'", "torch")]
    public async Task Run_BadValue_NamesPlaceAndRemedy(string line, params string[] parts) =>
        (await CliRun.OfAsync(line.Split(' '))).AssertBadInput(parts);
}
