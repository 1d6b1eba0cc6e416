using System.CommandLine;
using System.Net;
using AkkaLstm.Cli.Cluster;
using AkkaLstm.Cli.Cluster.Akka;
using AkkaLstm.Cli.Cluster.Logs;
using AkkaLstm.Cli.Cluster.Status;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Engines.Sockets;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Wire.Connections;
using Microsoft.Extensions.Logging;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>node --role ...</c>: one process of a cluster.</summary>
internal static class NodeCommand
{
    private const string LeaveNotice =
        "akkalstm: leaving as soon as what this node holds is safe; once more stops at once";

    private static readonly IPEndPoint CoordinatorDefault = new(IPAddress.Loopback, 7140);
    private static readonly IPEndPoint MemberDefault = new(IPAddress.Loopback, 0);

    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand("node", "Run one process of a cluster: its coordinator, a server or a worker.")
        {
            Details = "The coordinator has the job; servers and workers get plan and data from it and need nothing but its "
                + "address. All may be started in any order, and any of them may die at any time. A coordinator that is "
                + "started again with the same command line goes on with the run in --out; servers and workers come back by "
                + "themselves. SIGTERM makes the coordinator write a checkpoint and end the job (exit code 130), and a server "
                + "or worker hand over what it holds and leave.\n\nThe bits of the result do not depend on any of this.",
            Examples =
            [
                new(
                    "node --role coordinator --listen 10.0.0.1:7140 --tls tls --data a.csv --out runs/a",
                    "the coordinator of a new run, or of one that goes on"),
                new("node --role server --join 10.0.0.1:7140 --listen 10.0.0.2:0 --tls tls", "one of its servers"),
                new(
                    "node --role worker --join 10.0.0.1:7140 --tls tls --status 127.0.0.1:9140",
                    "a worker that shows how it is; start as many as there are machines"),
                new(
                    "node --role worker --config cluster-config/worker.conf",
                    "a worker of a cluster on the Akka engine, where it is built in (docs/AKKA.md)"),
            ],
        };
        CliOption<string?> role = Values.Text(
            "--role", OptionGroup.Command, "what this process is: coordinator, server or worker", "ROLE");
        CliOption<bool> supervised = Values.Flag(
            "--supervised", OptionGroup.Command, "end when standard input does, and leave signals to who started this");
        supervised.Hidden = true;
        CliOption<string?> engine = Values.Text(
            "--engine", OptionGroup.Command,
            "what carries the messages: plain TCP, or Akka.NET where it is built in (default: akka with --config, else sockets)",
            "sockets|akka");
        CliOption<string?> config = Values.Text(
            "--config", OptionGroup.Command,
            "the Akka engine's addresses and settings, a HOCON file (cluster-config/ROLE.conf); --listen and --advertise are "
                + "for tensors then, and --join is in the file",
            "FILE");
        var job = new Argument<string?>("JOB.json")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "a job file (coordinator)",
        };
        var cluster = new ClusterOptionSet();
        var plan = new PlanOptionSet();
        var run = new RunOptionSet(RunOptionKind.Node);
        command.Arguments.Add(job);
        command.Options.Add(role);
        command.Options.Add(engine);
        command.Options.Add(config);
        command.Options.Add(supervised);
        cluster.AddTo(command);
        plan.AddTo(command);
        run.AddTo(command);
        return new CliEntry(command, context =>
        {
            NodeRole which = RoleOf(context.Parsed.GetValue(role));
            string? file = context.Parsed.GetValue(config);
            bool isOnAkka = IsOnAkka(context.Parsed.GetValue(engine), file);
            if (which == NodeRole.Coordinator || file is not null)
                cluster.RefuseJoin(context.Parsed, file);
            if (which != NodeRole.Coordinator)
                RefuseTheCoordinators(context.Parsed, [job, .. plan.Options, .. run.Options]);
            return which == NodeRole.Coordinator
                ? CoordinateAsync(
                    context,
                    JobFile.ReadOver(plan.Read(context.Parsed), context.Parsed.GetValue(job)),
                    run,
                    cluster,
                    isOnAkka ? AkkaOptions(context, which, file, cluster) : null)
                : TakePartAsync(
                    context,
                    which,
                    cluster,
                    context.Parsed.GetValue(supervised),
                    isOnAkka ? AkkaOptions(context, which, file, cluster) : null);
        });
    }

    /// <summary>What only a coordinator has use for: servers and workers get the job from it.</summary>
    private static void RefuseTheCoordinators(ParseResult parsed, IEnumerable<Symbol> symbols)
    {
        foreach (Symbol symbol in symbols)
        {
            if (parsed.GetResult(symbol) is { Tokens.Count: > 0 })
                throw new BadInputException($"{symbol.Name}: is for the coordinator, which tells the others; leave it out");
        }
    }

    private static bool IsOnAkka(string? engine, string? config) => engine switch
    {
        null => config is not null,
        "akka" => true,
        "sockets" when config is null => false,
        "sockets" => throw new BadInputException("--config: is for --engine akka; sockets has --listen and --join"),
        _ => throw new BadInputException($"--engine: '{engine}' is not known; use sockets or akka"),
    };

    private static AkkaNodeOptions AkkaOptions(CommandContext context, NodeRole role, string? config, ClusterOptionSet cluster)
    {
        var options = new AkkaNodeOptions
        {
            Config = config,
            Join = config is null && role != NodeRole.Coordinator ? HostAndPort.Text(cluster.Join(context.Parsed)) : null,
            Listen = cluster.Listen(context.Parsed, MemberDefault),
            Advertise = cluster.Advertise(context.Parsed),
            Connections = cluster.Links(context.Parsed, role).Connections,
        };
        return config is not null || IPAddress.IsLoopback(options.Listen.Address)
            ? options
            : throw new BadInputException(
                "--listen: without --config the Akka engine stays on this machine; give --config cluster-config/ROLE.conf");
    }

    private static NodeRole RoleOf(string? text) => text switch
    {
        "coordinator" => NodeRole.Coordinator,
        "server" => NodeRole.Server,
        "worker" => NodeRole.Worker,
        null => throw new BadInputException("--role: is missing; use coordinator, server or worker"),
        _ => throw new BadInputException($"--role: '{text}' is not known; use coordinator, server or worker"),
    };

    private static async Task<int> CoordinateAsync(
        CommandContext context, PlanOptions options, RunOptionSet run, ClusterOptionSet cluster, AkkaNodeOptions? onAkka)
    {
        TrainingPlan plan = TrainingPlan.Resolve(options);
        NodeLogger log = cluster.Log(context);
        await using var status = new NodeStatus(NodeRole.Coordinator, cluster.Status(context.Parsed));

        // Where progress is shown, it says what the role decides.
        bool showsProgress = log.Format == LogFormat.Text;
        IEventSink events = showsProgress && !log.IsEnabled(LogLevel.Debug) ? status : new LoggedEvents(log, status);
        LogSignals(context, log);
        if (onAkka is not null)
            return await AkkaEngine.CoordinateAsync(context, log, plan, run.Read(context.Parsed), onAkka, events);
        JobEngine engine = NodeStatus.Followed(
            events,
            SocketsJobs.OnNodesThatJoin(
                cluster.Listen(context.Parsed, CoordinatorDefault),
                cluster.Links(context.Parsed, NodeRole.Coordinator) with { Tensors = log.Tensors() },
                endpoint => log.Listening(endpoint.ToString()),
                log.Connection));
        return await TrainingRunner.RunAsync(
            context,
            (observer, stop) => TrainingSession.RunOrResumeAsync(plan, run.Read(context.Parsed), engine, observer, stop),
            showsProgress,
            ClusterJobs.GoOn);
    }

    private static async Task<int> TakePartAsync(
        CommandContext context, NodeRole role, ClusterOptionSet cluster, bool isSupervised, AkkaNodeOptions? onAkka)
    {
        context.Interrupts.Notice = LeaveNotice;
        context.Interrupts.IsIgnored = isSupervised;
        using var stop = new CancellationTokenSource();
        if (isSupervised)
            EndWithStandardInput(stop);
        NodeLogger log = cluster.Log(context);
        LogSignals(context, log);
        await using var status = new NodeStatus(role, cluster.Status(context.Parsed));
        try
        {
            return onAkka is null
                ? await MemberNode.RunAsync(
                    context, log, SocketsOptions(context, log, role, cluster, status), cluster.Cache(context.Parsed), stop.Token)
                : await AkkaEngine.TakePartAsync(
                    context, log, role, onAkka, cluster.Cache(context.Parsed), status, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static void LogSignals(CommandContext context, NodeLogger log)
    {
        if (log.Format == LogFormat.Json)
            context.Interrupts.Announce = notice => log.Signal(notice[(notice.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
    }

    private static MemberOptions SocketsOptions(
        CommandContext context, ILogger log, NodeRole role, ClusterOptionSet cluster, NodeStatus status) => new()
    {
        Role = role,
        Coordinator = cluster.Join(context.Parsed),
        Listen = cluster.Listen(context.Parsed, MemberDefault),
        Advertise = cluster.Advertise(context.Parsed),
        Links = cluster.Links(context.Parsed, role) with { Tensors = log.Tensors() },
        Events = new LoggedEvents(log, status),
        Seated = node =>
        {
            status.Health.Ready();
            log.Seated(node);
        },
        Notice = log.Connection,
    };

    /// <summary>Whoever started this process holds the other end; it goes with him, however he ends.</summary>
    private static void EndWithStandardInput(CancellationTokenSource stop)
    {
        var thread = new Thread(() =>
        {
            while (Console.In.Read() >= 0)
            {
                // Nothing is expected but the end.
            }

            try
            {
                stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The node has ended meanwhile.
            }
        })
        {
            IsBackground = true, Name = "standard-input",
        };
        thread.Start();
    }
}
