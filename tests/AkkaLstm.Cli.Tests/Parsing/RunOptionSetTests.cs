using System.CommandLine;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Cli.Tests.Parsing;

public class RunOptionSetTests
{
    [Fact]
    public void Read_MinWorkersOfANode_MayBeMoreThanThisMachineStarts()
    {
        Assert.Equal(1000, Read(RunOptionKind.Node, "--min-workers 1000 --workers 2").MinWorkers);
        Assert.Equal(1000, Read(RunOptionKind.Node, "--min-workers 1000").MinWorkers);
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

    [Theory]
    [InlineData("Train", "--workers 4", 4)]
    [InlineData("Train", "--workers 4 --engine inprocess", 4)]
    [InlineData("Train", "--workers 4 --engine sockets", 1)]
    [InlineData("Resume", "--workers 4 --engine akka", 1)]
    [InlineData("Train", "--workers 4 --engine sockets --servers 3", 3)]
    [InlineData("Node", "--workers 4", 4)]
    public void Read_ServersOfALargeModel_AreOneWhereActorsAreProcessesOfOneMachine(string kind, string line, int expected) =>
        Assert.Equal(expected, Read(Enum.Parse<RunOptionKind>(kind), line).ServersFor(parameterCount: 10_000_000));

    private static RunOptions Read(RunOptionKind kind, string commandLine)
    {
        var command = new RootCommand();
        var options = new RunOptionSet(kind);
        options.AddTo(command);
        return options.Read(command.Parse(commandLine));
    }
}
