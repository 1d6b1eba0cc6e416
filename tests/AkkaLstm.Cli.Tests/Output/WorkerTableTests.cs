using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Output.Results;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;

namespace AkkaLstm.Cli.Tests.Output;

public class WorkerTableTests
{
    private static readonly WorkerTiming Fast = Timing(0, 600, 6, 1, 3);
    private static readonly WorkerTiming Slow = Timing(1, 400, 8, 1, 1);

    [Fact]
    public void Write_SlowWorker_IsMarkedAndNamed()
    {
        string text = Written(Fast, Slow);

        Assert.Contains("│ 2, slowest │ 400 (40 %) │ 8.0 s (80 %) │ 1.0 s (10 %) │ 1.0 s (10 %) │", text, StringComparison.Ordinal);
        Assert.Contains("│ 1          │ 600 (60 %) │ 6.0 s (60 %) │", text, StringComparison.Ordinal);
        Assert.Contains("Worker 2 takes 2.0 times as long as the others for a shard.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_EqualWorkers_GiveNoWarning()
    {
        string text = Written(Fast, Timing(1, 600, 6.1, 1, 3));

        Assert.Contains("2, slowest", text, StringComparison.Ordinal);
        Assert.DoesNotContain("as long as", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OneWorker_PrintsNothing() => Assert.Equal("", Written(Fast));

    [Fact]
    public void Result_OfWorkers_NamesTheSlowest()
    {
        WorkerResult[] workers = [.. WorkerResult.Of([Fast, Slow])!];

        Assert.Equal([1, 2], workers.Select(worker => worker.Worker));
        Assert.Equal([false, true], workers.Select(worker => worker.IsSlowest));
        Assert.Equal(0.4, workers[1].Share, 1e-12);
        Assert.Null(WorkerResult.Of([Fast]));
    }

    private static string Written(params WorkerTiming[] workers)
    {
        var output = new StringWriter();
        WorkerTable.Write(new CliConsole(output, TextWriter.Null), workers);
        return output.ToString();
    }

    private static WorkerTiming Timing(int index, int shards, double compute, double transfer, double wait) => new(
        NodeId.Worker(index), shards, TimeSpan.FromSeconds(compute), TimeSpan.FromSeconds(transfer), TimeSpan.FromSeconds(wait));
}
