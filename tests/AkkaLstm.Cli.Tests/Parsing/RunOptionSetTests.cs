using System.CommandLine;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Numerics;

namespace AkkaLstm.Cli.Tests.Parsing;

public class RunOptionSetTests
{
    [Fact]
    public void Read_MinWorkersOfANode_MayBeMoreThanThisMachineStarts()
    {
        Assert.Equal(1000, Read(RunOptionKind.Node, "--min-workers 1000 --workers 2"));
        Assert.Equal(1000, Read(RunOptionKind.Node, "--min-workers 1000"));
    }

    [Theory]
    [InlineData("Train")]
    [InlineData("Resume")]
    public void Read_MinWorkersWhereNobodyElseStartsThem_MustNotBeMore(string kind)
    {
        var wrong = Assert.Throws<BadInputException>(
            () => Read(Enum.Parse<RunOptionKind>(kind), "--min-workers 3 --workers 2"));

        Assert.Contains("no more than the 2 workers", wrong.Message, StringComparison.Ordinal);
    }

    private static int Read(RunOptionKind kind, string commandLine)
    {
        var command = new RootCommand();
        var options = new RunOptionSet(kind);
        options.AddTo(command);
        return options.Read(command.Parse(commandLine)).MinWorkers;
    }
}
