namespace AkkaLstm.Cli.Tests.Commands;

/// <summary>What a node would not use, it does not take in silence.</summary>
public sealed class NodeCommandTests
{
    [Theory]
    [InlineData("--threads: is for the coordinator, which tells the others; leave it out", "--role", "worker", "--threads", "4")]
    [InlineData("--hidden: is for the coordinator, which tells the others; leave it out", "--role", "server", "--hidden", "4")]
    [InlineData("JOB.json: is for the coordinator, which tells the others; leave it out", "job.json", "--role", "worker")]
    [InlineData(
        "--join: is for servers and workers; a coordinator says with --listen where they find it",
        "--role", "coordinator", "--join", "127.0.0.1:1")]
    [InlineData(
        "--join: worker.conf says where the cluster is; leave it out",
        "--role", "worker", "--config", "worker.conf", "--join", "127.0.0.1:1")]
    public async Task Node_OptionOfNoUse_IsRefused(string message, params string[] arguments)
    {
        CliRun run = await CliRun.OfAsync(["node", .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal($"akkalstm: {message}\n", run.Error.ReplaceLineEndings("\n"));
    }
}
