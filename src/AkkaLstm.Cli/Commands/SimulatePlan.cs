using System.CommandLine;
using System.Globalization;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Output.Results;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Planning;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>simulate --plan JOB.json</c>: how many workers, servers and shards a job should have.</summary>
internal sealed class SimulatePlan
{
    /// <summary>Paragraphs for the command's help.</summary>
    public const string Details = "--plan measures what the job's own training steps cost on this machine (packing, "
        + "mathematics at several batch sizes, reduction, optimizer, messages) and predicts the time of a step for "
        + "1 to 1024 workers: as actors of one process on this machine, or with --bandwidth and --latency on a "
        + "network of machines like this one, one core each. The formulas are in docs/PERFORMANCE.md. Stop other "
        + "work on the machine first.";

    private const string Local = "local";
    private const string DefaultLatency = "100us";
    private const int DefaultTries = 3;

    private readonly CliOption<string?> _plan = Values.Text(
        "--plan", OptionGroup.Command, "predict this job by its measured costs", "JOB.json");

    private readonly CliOption<string?> _bandwidth = Values.Text(
        "--bandwidth", OptionGroup.Command,
        "of each machine's link, in each direction (10Gbps, 1.25GB/s); local: one process on this machine "
            + "(default: local)", "RATE|local");

    private readonly CliOption<string?> _latency = Values.Text(
        "--latency", OptionGroup.Command,
        $"a small message one way, software included (100us, 0.5ms; default: {DefaultLatency})", "TIME");

    private readonly CliOption<IReadOnlyList<string>?> _workers = Values.Names(
        "--workers", OptionGroup.Command,
        "numbers of workers to show (default: powers of two to 1024; in one process as far as cores or shards "
            + "go)", "A,B,..");

    private readonly CliOption<bool> _verify = Values.Flag(
        "--verify", OptionGroup.Command,
        "also train some steps with 1 and 2 workers of this machine, predicted and measured side by side");

    private readonly CliOption<int?> _tries = Values.Int(
        "--tries", OptionGroup.Command, $"times --verify measures and compares (default: {DefaultTries})");

    /// <summary>Command lines for the command's help.</summary>
    public static IReadOnlyList<CliExample> Examples =>
    [
        new("simulate --plan job.json --bandwidth 10Gbps --latency 100us", "a cluster with 10 Gbit/s Ethernet"),
        new("simulate --plan job.json --verify", "this machine, held against real steps"),
    ];

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_plan, _bandwidth, _latency, _workers, _verify, _tries])
            command.Options.Add(option);
    }

    /// <summary>Whether the command line asks for a plan.</summary>
    public bool IsAskedFor(ParseResult parsed) => parsed.GetValue(_plan) is not null;

    /// <summary>Measures, predicts, prints.</summary>
    public async Task<int> RunAsync(CommandContext context)
    {
        NetworkLink? link = LinkOf(context.Parsed);
        int[]? workers = WorkersOf(context.Parsed.GetValue(_workers));
        int tries = TriesOf(context.Parsed);
        TrainingPlan plan = TrainingPlan.Resolve(JobFile.Read(context.Parsed.GetValue(_plan)!));
        CancellationToken stop = context.Interrupts.Token;

        context.Remark("measuring the pieces of the job's steps ...");
        StepCosts costs = await MeasureAsync(plan, stop);
        var planner = new CapacityPlanner(costs, link);
        CapacityPlan capacity = planner.Plan(workers ?? planner.DefaultWorkers);
        List<IReadOnlyList<VerifiedStep>> verified = [];
        for (int i = 0; i < tries; i++)
        {
            context.Remark($"training with 1 and 2 workers, {i + 1} of {tries} ...");

            // Costs are measured again beside each comparison: processors change their clock.
            verified.Add(await VerifyAsync(plan, i == 0 ? costs : await MeasureAsync(plan, stop), stop));
        }

        if (context.IsJson)
            context.WriteJson(PlanResult.Of(costs, link, capacity, verified));
        else
            new PlanTables(context.Console).Write(plan, costs, link, capacity, verified);
        return ExitCode.Done;
    }

    private static Task<StepCosts> MeasureAsync(TrainingPlan plan, CancellationToken stop) =>
        CostMeasurement.MeasureAsync(plan, InProcessJobs.Engine, Environment.ProcessorCount, stop);

    private static async Task<IReadOnlyList<VerifiedStep>> VerifyAsync(
        TrainingPlan plan, StepCosts costs, CancellationToken stop)
    {
        List<VerifiedStep> steps = [];
        foreach (int workers in (int[])[1, 2])
            steps.Add(await PlanVerification.VerifyAsync(plan, costs, workers, InProcessJobs.Engine, stop));
        return steps;
    }

    private NetworkLink? LinkOf(ParseResult parsed)
    {
        string? latency = parsed.GetValue(_latency);
        string bandwidth = parsed.GetValue(_bandwidth) ?? Local;
        if (bandwidth != Local)
        {
            return new NetworkLink(
                LinkValues.BytesPerSecond("--bandwidth", bandwidth),
                LinkValues.Seconds("--latency", latency ?? DefaultLatency));
        }

        return latency is null
            ? null
            : throw new BadInputException("--latency: one process has no network; give --bandwidth too, such as 10Gbps");
    }

    private static int[]? WorkersOf(IReadOnlyList<string>? names) => names is null ? null :
    [
        .. names.Select(name =>
            int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int workers)
                && workers is >= 1 and <= CapacityPlanner.MostWorkers
                ? workers
                : throw new BadInputException(
                    $"--workers: '{name}' is not a number from 1 to {CapacityPlanner.MostWorkers}")).Order().Distinct(),
    ];

    private int TriesOf(ParseResult parsed)
    {
        bool verifies = parsed.GetValue(_verify);
        if (parsed.GetValue(_tries) is not { } tries)
            return verifies ? DefaultTries : 0;
        if (!verifies)
            throw new BadInputException("--tries: counts the comparisons of --verify; give --verify too");
        return tries is >= 1 and <= 100
            ? tries
            : throw new BadInputException($"--tries: {tries} is out of range; use a number from 1 to 100");
    }
}
