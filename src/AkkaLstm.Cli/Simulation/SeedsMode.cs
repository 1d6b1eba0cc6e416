using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Engines.Simulation;
using AkkaLstm.Engines.Simulation.Exact;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Simulation;

/// <summary><c>simulate --seeds</c>: runs seeds and reports those that fail.</summary>
internal sealed class SeedsMode
{
    /// <summary>Paragraph for the command's help.</summary>
    public const string Details = "--seeds runs the cluster protocol under a virtual clock: each seed draws a job, a "
        + "cluster and its faults; after some chaos the cluster is healed and must finish with the bits of a run "
        + "without faults. Any seed can be run again alone. Ends with 0, or with 127 when a role crashed, 128 when a "
        + "job made no progress, 129 when a result was wrong.";

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    private const string ExactName = "exact";
    private const string LstmName = "lstm";

    private static readonly string LevelNames = string.Join('|', ChoiceNames.Of<FaultLevel>());

    private readonly CliOption<string?> _seeds = Values.Text(
        "--seeds", OptionGroup.Command, "run the protocol with these seeds, first and last", "A..B");

    private readonly CliOption<int?> _nodes = Values.Int(
        "--nodes", OptionGroup.Command, "workers and servers together (default: drawn by each seed, 2 to 9)");

    private readonly CliOption<string?> _faults = Values.Text(
        "--faults", OptionGroup.Command, "how much goes wrong (default: heavy)", LevelNames);

    private readonly CliOption<IReadOnlyList<string>?> _without = Values.Names(
        "--without", OptionGroup.Command, "faults to leave out, by the names the report has", "A,B,..");

    private readonly CliOption<string?> _mathematics = Values.Text(
        "--mathematics", OptionGroup.Command,
        "exact integers, or a real small LSTM with its files (default: exact)", "exact|lstm");

    private readonly CliOption<string?> _trace = Values.Text(
        "--trace", OptionGroup.Command, "write everything that happens, for a single seed", "FILE");

    /// <summary>Command lines for the command's help.</summary>
    public static IReadOnlyList<CliExample> Examples =>
    [
        new("simulate --seeds 1..2000", "two thousand seeds with heavy faults"),
        new("simulate --seeds 17 --trace 17.txt", "everything that happens in one seed, line by line"),
    ];

    /// <summary>Adds the options to the command.</summary>
    public void AddTo(CliCommand command)
    {
        command.Options.Add(_seeds);
        command.Options.Add(_nodes);
        command.Options.Add(_faults);
        command.Options.Add(_without);
        command.Options.Add(_mathematics);
        command.Options.Add(_trace);
    }

    /// <summary>Whether the command line asks for seeds.</summary>
    public bool IsAskedFor(ParseResult parsed) => parsed.GetValue(_seeds) is not null;

    /// <summary>Runs the seeds.</summary>
    public Task<int> RunAsync(CommandContext context)
    {
        Request request = Read(context);
        string first = $"seeds {request.First}..{request.Last}, {request.Options.Level.ToString().ToLowerInvariant()} "
            + $"faults: {request.Line(request.First, request.Last)}";
        (context.IsJson ? context.Console.Error : context.Console.Out).WriteLine(first);
        long start = Stopwatch.GetTimestamp();
        CampaignReport report = request.TracePath is { } path
            ? Trace(request, path)
            : Campaign.Run(
                request.First, request.Last, request.Options, Progress(context, request), context.Interrupts.Token);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (context.IsJson)
            context.WriteJson(SeedsResult.Of(request, report, seconds));
        else
            SeedsText.Write(context.Console.Out, request, report, seconds);
        context.Interrupts.Token.ThrowIfCancellationRequested();
        return Task.FromResult(ExitCodeOf(report.Verdict));
    }

    /// <summary>Says now and then how far a long campaign is.</summary>
    private static Action<CampaignReport> Progress(CommandContext context, Request request)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan next = ProgressInterval;
        return report =>
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed < next)
                return;
            next = elapsed + ProgressInterval;
            context.Remark(
                $"  {Units.Count(report.SeedCount)} of {Units.Count(request.Last - request.First + 1)} seeds, "
                + $"{Units.Count(report.Failures.Count)} failed, {Units.Clock(elapsed)}");
        };
    }

    private static int ExitCodeOf(Verdict verdict) => verdict switch
    {
        Verdict.Crash => ExitCode.RoleCrashed,
        Verdict.NoProgress => ExitCode.NoProgress,
        Verdict.WrongResult => ExitCode.WrongResult,
        _ => ExitCode.Done,
    };

    private static CampaignReport Trace(Request request, string path)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        var report = new CampaignReport();
        report.Add(SeedRun.Run(request.First, request.Options, text));
        OutputFile.WriteText("--trace", path, text.ToString());
        return report;
    }

    private Request Read(CommandContext context)
    {
        (long first, long last) = ParseRange(context.Parsed.GetValue(_seeds)!);
        string? trace = context.Parsed.GetValue(_trace);
        if (trace is not null && first != last)
            throw new BadInputException($"--trace: traces a single seed; use --seeds {first}..{first}");
        int? nodes = context.Parsed.GetValue(_nodes);
        if (nodes is < 2 or > 1000)
            throw new BadInputException($"--nodes: {nodes} is out of range; use a number from 2 to 1000");
        FaultLevel level = context.Parsed.GetValue(_faults) is { } name
            ? ChoiceNames.Parse<FaultLevel>(name, "--faults")
            : FaultLevel.Heavy;
        var options = new CampaignOptions
        {
            Level = level,
            NodeCount = nodes,
            Without = [.. (context.Parsed.GetValue(_without) ?? [])
                .Select(kind => ChoiceNames.Parse<FaultKind>(kind, "--without"))],
            Open = ParseMathematics(context.Parsed.GetValue(_mathematics)),
        };
        return new Request(first, last, options, trace, context.Parsed.GetValue(_mathematics) ?? ExactName);
    }

    private static OpenMathematics ParseMathematics(string? name) => name switch
    {
        null or ExactName => ExactMathematics.Open,
        LstmName => LstmMathematics.Prepare(),
        _ => throw new BadInputException($"--mathematics: '{name}' is not known; use {ExactName} or {LstmName}"),
    };

    private static (long First, long Last) ParseRange(string text)
    {
        string[] ends = text.Split("..");
        bool isRange = ends.Length is 1 or 2
            && long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && long.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (!isRange)
            throw new BadInputException($"--seeds: '{text}' is not a range; use A..B, such as 1..2000");
        long first = long.Parse(ends[0], CultureInfo.InvariantCulture);
        long last = long.Parse(ends[^1], CultureInfo.InvariantCulture);
        return first <= last
            ? (first, last)
            : throw new BadInputException($"--seeds: '{text}' is empty; the first seed comes first");
    }

    /// <summary>What was asked for.</summary>
    internal sealed record Request(
        long First, long Last, CampaignOptions Options, string? TracePath, string Mathematics)
    {
        /// <summary>The command line that runs these seeds again.</summary>
        public string Line(long first, long last)
        {
            List<string> arguments =
            [
                "simulate", "--seeds", $"{first}..{last}", "--faults", ChoiceNames.NameOf(Options.Level),
            ];
            if (Options.NodeCount is { } nodes)
                arguments.AddRange(["--nodes", nodes.ToString(CultureInfo.InvariantCulture)]);
            if (Mathematics != ExactName)
                arguments.AddRange(["--mathematics", Mathematics]);
            if (Options.Without.Count > 0)
                arguments.AddRange(["--without", string.Join(',', Options.Without.Select(ChoiceNames.NameOf))]);
            return ProgramName.Line(arguments);
        }
    }
}
