using System.Globalization;
using AkkaLstm.Cli.Bench;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output.Results;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Plans;
using Spectre.Console;

namespace AkkaLstm.Cli.Output;

/// <summary>Prints a capacity plan for people: what was measured, what is predicted, what to choose.</summary>
internal sealed class PlanTables(CliConsole console)
{
    private readonly IAnsiConsole _ansi = SpectreConsoles.ForOut(console);

    /// <summary>Prints all of it.</summary>
    public void Write(
        TrainingPlan plan,
        StepCosts costs,
        NetworkLink? link,
        CapacityPlan capacity,
        IReadOnlyList<IReadOnlyList<VerifiedStep>> verified)
    {
        WriteCosts(costs);
        console.Out.WriteLine(Heading(plan, link));
        WriteRows(capacity.Rows);
        foreach (string line in Advice(capacity))
            console.Out.WriteLine(line);
        if (verified.Count > 0)
            WriteChecks(PlanCheck.Of(verified));
    }

    /// <summary>Where more workers stop paying, and what to choose instead, as sentences.</summary>
    internal static IEnumerable<string> Advice(CapacityPlan capacity)
    {
        PayingLimit limit = capacity.Limit;
        StepPrediction best = limit.Best.Step;
        yield return $"With the plan's {Units.Counted(best.Shards, "shard")}, more than "
            + $"{Units.Counted(best.Workers, "worker")} {(best.Workers == 1 ? "does" : "do")} not pay: {Reason(limit)}.";
        yield return $"Choose {Choice(capacity.Choice)}.";
        if (capacity.Choice.Best.Step.Shards != best.Shards)
        {
            yield return $"  --shards {capacity.Choice.Best.Step.Shards} is part of the plan: it changes the order of "
                + "sums and so the bits, and needs a run of its own.";
        }
    }

    private static string Choice(PayingLimit choice)
    {
        StepPrediction step = choice.Best.Step;
        return $"{Units.Counted(step.Workers, "worker")}, {Units.Counted(step.Servers, "server")} and "
            + $"{Units.Counted(step.Shards, "shard")}: {Number(choice.Best.Speedup, "0.00")} times as fast as one "
            + $"worker in one process, efficiency {Percent(choice.Best.Efficiency)}";
    }

    private static string Reason(PayingLimit limit) => limit.Reason switch
    {
        StopReason.Shards => "there are no more shards to give them",
        StopReason.Efficiency =>
            $"twice as many would fall below an efficiency of {Percent(CapacityPlanner.LeastEfficiency)}",
        StopReason.Gain => $"twice as many would gain less than {Percent(CapacityPlanner.LeastGain)}",
        StopReason.Largest => "more were not looked at",
        _ => throw new ArgumentOutOfRangeException(nameof(limit), limit.Reason, "no such reason"),
    };

    private static string Heading(TrainingPlan plan, NetworkLink? link)
    {
        string job = $"{ChoiceNames.NameOf(plan.Task)} on {plan.Data}, batch {plan.Batch} in "
            + Units.Counted(plan.Shards, "shard");
        return link is null
            ? $"{job}; one process on this machine"
            : $"{job}; machines of one core, {Number(link.BytesPerSecond * 8 / 1e9, "0.###")} Gbit/s, "
                + $"{Number(1e6 * link.LatencySeconds, "0.###")} microseconds one way";
    }

    private void WriteCosts(StepCosts costs)
    {
        Table table = NewTable("measured on this machine, one core", "ms", "us per lane");
        foreach (ComputePoint point in costs.Compute.Reverse())
        {
            string size = $"{Units.Counted(point.Lanes, "lane")}, {Units.Counted(point.Shards, "shard")}";
            Row(table, $"mathematics of {size}", Ms(point.Seconds), Number(1e6 * point.Seconds / point.Lanes, "0.0"));
        }

        Row(table, "one more shard in an order", Ms(costs.ShardSeconds), "");
        Row(table, "packing the weights", Ms(costs.PackSeconds), "");
        Row(table, "reduction of one gradient", Ms(costs.ReduceSeconds), "");
        Row(table, "each further gradient", Ms(costs.ReducePartSeconds), "");
        Row(table, "optimizer", Ms(costs.ApplySeconds), "");
        foreach (EmptyStep step in costs.EmptySteps)
            Row(table, $"messages of a step, {Units.Counted(step.Workers, "worker")}", Ms(step.Seconds), "");
        _ansi.Write(table);
        console.Out.WriteLine(
            $"{Units.Counted(costs.Cores, "core")}; while all compute, each is "
                + $"{Number(costs.CrowdFactor, "0.00")} times slower than alone");
    }

    private void WriteRows(IReadOnlyList<PlannedRow> rows)
    {
        Table table = NewTable(
            "workers", "servers", "step, ms", "speed-up", "efficiency", "compute/links/ servers/messages, %");
        foreach (PlannedRow row in rows)
        {
            StepPrediction step = row.Step;
            Row(
                table, $"{step.Workers}", $"{step.Servers}", Ms(step.StepSeconds), Number(row.Speedup, "0.00"),
                Percent(row.Efficiency),
                string.Join('/', ((double[])[
                    step.ComputeSeconds, step.TransferSeconds, step.ServerSeconds, step.MessageSeconds,
                ]).Select(part => Number(100 * part / step.StepSeconds, "0"))));
        }

        _ansi.Write(table);
    }

    private void WriteChecks(IReadOnlyList<PlanCheck> checks)
    {
        Table table = NewTable(
            "workers here", "predicted, ms", "measured, ms", "ratio", "min..max");
        foreach (PlanCheck check in checks)
        {
            Row(
                table, $"{check.Workers}", Ms(1e-3 * check.PredictedMs.Median), Ms(1e-3 * check.MeasuredMs.Median),
                Number(check.Ratio.Median, "0.00"),
                $"{Number(check.Ratio.Min, "0.00")}..{Number(check.Ratio.Max, "0.00")}");
        }

        _ansi.Write(table);
    }

    private static Table NewTable(string first, params string[] numbers)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn(new Text(first)));
        foreach (string name in numbers)
            table.AddColumn(new TableColumn(new Text(name)).RightAligned());
        return table;
    }

    private static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(c => new Text(c)));

    private static string Ms(double seconds) =>
        Number(1e3 * seconds, (1e3 * seconds) switch { >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.000" });

    private static string Percent(double share) => Number(100 * share, share < 0.01 ? "0.00" : "0") + " %";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
