using System.CommandLine;
using System.Globalization;
using AkkaLstm.Cli.Cluster;
using AkkaLstm.Cli.Cluster.Akka;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Parsing;

/// <summary>The commands that run jobs.</summary>
internal enum RunOptionKind
{
    /// <summary>A new run.</summary>
    Train,

    /// <summary>A run goes on: its directory is known, and the epochs may be changed.</summary>
    Resume,

    /// <summary>The coordinator of a cluster, whose engine is the command's.</summary>
    Node,
}

/// <summary>Options that say how a job is run.</summary>
internal sealed class RunOptionSet
{
    private static readonly RunOptions Defaults = new();
    private static readonly string[] Engines = ["inprocess", "sockets", "akka"];

    private readonly CliOption<int?> _workers =
        Values.Int("--workers", OptionGroup.Run, "worker actors (default: one for each processor core)");

    private readonly CliOption<int?> _servers =
        Values.Int(
            "--servers", OptionGroup.Run,
            "parameter-server actors (default: as many as workers for a large model whose actors are not processes of one "
                + "machine, else 1)");

    private readonly CliOption<int?> _serverReplicas = Values.Int(
        "--server-replicas", OptionGroup.Run,
        "standby servers of each; with 1 the loss of a server costs no step (default: 0)");

    private readonly CliOption<int?> _minWorkers = Values.Int(
        "--min-workers", OptionGroup.Run, "wait, up to a deadline, while fewer workers are there (default: 1)");

    private readonly CliOption<int?> _threads = Values.Int(
        "--threads", OptionGroup.Run,
        "threads for what is not a worker's own: packing weights, evaluation (default: as --workers)");

    private readonly CliOption<string?> _engine =
        Values.Text(
            "--engine", OptionGroup.Run,
            "where the actors live: in this process, or each in one of its own on this machine, over plain TCP or on "
                + "Akka.NET where it is built in (default: inprocess)",
            "inprocess|sockets|akka");

    private readonly CliOption<string?> _checkpointEvery = Values.Text(
        "--checkpoint-every", OptionGroup.Run,
        "write a checkpoint every N steps, or every N seconds with an s (200, 60s); one is written after every "
            + "epoch anyway", "N|Ns");

    private readonly CliOption<int?> _metricsEvery = Values.Int(
        "--metrics-every", OptionGroup.Run, "steps between lines of metrics.jsonl, 0 for epochs only (default: 10)");

    private readonly RunOptionKind _kind;
    private readonly CliOption<string?>? _out;
    private readonly CliOption<int?>? _epochs;

    /// <summary>Makes the set.</summary>
    /// <param name="kind">The command that they are for.</param>
    public RunOptionSet(RunOptionKind kind)
    {
        _kind = kind;
        if (kind == RunOptionKind.Resume)
            _epochs = Values.Int(
                "--epochs", OptionGroup.Run, "train up to N epochs in all (default: as planned)");
        else
            _out = Values.Text(
                "--out", OptionGroup.Run,
                kind == RunOptionKind.Train
                    ? "the run directory; must not hold a run yet (default: next free runs/TASK-DATA-N)"
                    : "the run directory, which a coordinator needs; a run that is there goes on",
                "DIR");
    }

    /// <summary>All of them.</summary>
    public IEnumerable<Option> Options => ((Option?[])
        [
            _workers, _servers, _serverReplicas, _minWorkers, _threads, _kind == RunOptionKind.Node ? null : _engine, _out,
            _epochs, _checkpointEvery, _metricsEvery,
        ]).OfType<Option>();

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in Options)
            command.Options.Add(option);
    }

    /// <summary>What the command line says.</summary>
    /// <exception cref="BadInputException">A value cannot be read, or workers are wanted that nobody starts.</exception>
    public RunOptions Read(ParseResult parsed)
    {
        int workers = parsed.GetValue(_workers) ?? Environment.ProcessorCount;
        int minWorkers = parsed.GetValue(_minWorkers) ?? Defaults.MinWorkers;
        if (workers >= 1 && minWorkers > workers && _kind != RunOptionKind.Node) // a node's workers join by themselves
            throw new BadInputException(
                $"--min-workers: {minWorkers} is out of range; use no more than the {workers} workers of --workers");
        return new RunOptions
        {
            Workers = workers,
            Servers = parsed.GetValue(_servers) ?? (AreProcessesOfThisMachine(parsed) ? 1 : null),
            ServerReplicas = parsed.GetValue(_serverReplicas) ?? Defaults.ServerReplicas,
            MinWorkers = minWorkers,
            Threads = parsed.GetValue(_threads) ?? Math.Max(1, workers),
            OutputDirectory = _out is null ? null : parsed.GetValue(_out),
            Epochs = _epochs is null ? null : parsed.GetValue(_epochs),
            Checkpoints = ReadSchedule(parsed.GetValue(_checkpointEvery)),
            MetricsEverySteps = parsed.GetValue(_metricsEvery) ?? Defaults.MetricsEverySteps,
        };
    }

    /// <summary>The engine that the command line asks for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="notice">Hears of what happens to processes, a line each.</param>
    /// <exception cref="BadInputException">It is not known.</exception>
    public JobEngine ReadEngine(ParseResult parsed, Action<string> notice) => parsed.GetValue(_engine) switch
    {
        null or "inprocess" => InProcessJobs.Engine,
        "sockets" => SocketsJobs.OnThisMachine(notice),
        "akka" => AkkaEngine.OnThisMachine(notice),
        var other => throw new BadInputException($"--engine: '{other}' is not known; use {string.Join(" or ", Engines)}"),
    };

    /// <summary>Then one server is the fastest: it uses all cores, and workers use what it has packed where it lies.</summary>
    private bool AreProcessesOfThisMachine(ParseResult parsed) =>
        _kind != RunOptionKind.Node && parsed.GetValue(_engine) is not (null or "inprocess");

    private static CheckpointSchedule ReadSchedule(string? text)
    {
        const int mostSeconds = 365 * 24 * 3600;
        if (text is null)
            return Defaults.Checkpoints;
        bool isSeconds = text.EndsWith('s');
        bool isNumber = long.TryParse(
            isSeconds ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        if (!isNumber || number < 1 || (isSeconds && number > mostSeconds))
            throw new BadInputException(
                $"--checkpoint-every: '{text}' is not a number of steps (200) or of seconds (60s)");
        return isSeconds
            ? Defaults.Checkpoints with { Every = TimeSpan.FromSeconds(number) }
            : Defaults.Checkpoints with { EverySteps = number };
    }
}
