using System.Globalization;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Sessions;
using Spectre.Console;

namespace AkkaLstm.Cli.Output;

/// <summary>What the workers of a run did with their time, and which of them was the slowest.</summary>
internal static class WorkerTable
{
    /// <summary>Prints it where there is more than one worker to compare.</summary>
    public static void Write(CliConsole console, IReadOnlyList<WorkerTiming> workers)
    {
        if (SlowestWorker.Of(workers) is not { } slowest)
            return;
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn(new Text("worker")));
        foreach (string name in (string[])["shards", "compute", "transfer", "wait"])
            table.AddColumn(new TableColumn(new Text(name)).RightAligned());
        double shards = workers.Sum(worker => worker.ShardCount);
        foreach (WorkerTiming worker in workers)
        {
            TimeSpan all = worker.Compute + worker.Transfer + worker.Wait;
            string name = Name(worker.Worker.Index);
            table.AddRow(
                new Text(worker.Worker.Index == slowest.Index ? $"{name}, slowest" : name),
                new Text($"{Units.Count(worker.ShardCount)} ({Percent(worker.ShardCount / shards)})"),
                new Text(Time(worker.Compute, all)),
                new Text(Time(worker.Transfer, all)),
                new Text(Time(worker.Wait, all)));
        }

        SpectreConsoles.ForOut(console).Write(table);
        if (slowest.Matters)
            console.Out.WriteLine($"Worker {Describe(slowest)} for a shard.");
    }

    /// <summary>Who is slow and by how much: 2 takes 1.6 times as long as the others.</summary>
    public static string Describe(SlowestWorker slowest) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name(slowest.Index)} takes {slowest.Factor:0.0} times as long as the others");

    private static string Name(int index) => (index + 1).ToString(CultureInfo.InvariantCulture);

    private static string Time(TimeSpan time, TimeSpan all) =>
        $"{Units.Duration(time)} ({Percent(all > TimeSpan.Zero ? time / all : 0)})";

    private static string Percent(double share) =>
        (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";
}
