using System.Collections;
using System.Diagnostics;
using System.Net;
using AkkaLstm.Cli.Cluster.Logs;
using AkkaLstm.Cli.Cluster.Status;
using AkkaLstm.Cli.Commands;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Engines.Akka.Nodes;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Cluster.Akka;

/// <summary>Brings training and the Akka engine together; neither knows the other. Built in with
/// <c>-p:WithAkka=true</c>.</summary>
internal static class AkkaEngine
{
    /// <summary>Environment variables that a configuration file can refer to.</summary>
    private const string VariablePrefix = "AKKALSTM_";

    /// <summary>
    /// A cluster of this machine's processes with one candidate: whichever side of a break has it goes on, and the others
    /// come back to it.
    /// </summary>
    private const string OneMachine = """
        akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        akka.cluster.split-brain-resolver.keep-majority.role = coordinator
        """;

    /// <summary>How long a new coordinator waits for the one before it to let go of the run directory, which it does when
    /// it hears that the cluster has put it out.</summary>
    private static readonly TimeSpan RunDirectoryTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RunDirectoryRetryInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs jobs on processes of this machine, which it starts and starts again when they die.</summary>
    /// <param name="notice">Hears of processes that died, a line each.</param>
    public static JobEngine OnThisMachine(Action<string> notice) => async (job, stop) =>
    {
        await using var nodes = new NodeProcesses("akka", notice);
        var options = new ClusterNodeOptions
        {
            Config = OneMachine,
            Tensors = new() { Defect = e => notice(e.ToString()) },
            JoinsAgain = false, // this process has the run directory, and there is nobody to take over from it
            Listening = coordinator => nodes.Start(
                coordinator, job.Options.Workers, ClusterJobs.Shape(job.Options).SeatCount),
        };
        NodeEnd end = await ClusterCandidate.RunAsync(
            new CandidateJob(
                async (engine, _) =>
                {
                    await RunAsync(engine, job, ClusterJobs.OnThisMachine(job.Options));
                    return true;
                },
                IsComplete: () => false), // this process has the run directory
            options,
            stop,
            CancellationToken.None);
        return end.Outcome ?? new JobOutcome(
            end.Kind == NodeEndKind.Left ? JobOutcomeKind.Stopped : JobOutcomeKind.LostCluster,
            job.Description.Start,
            job.Description.RestoreFrom,
            end.Reason);
    };

    /// <summary>Stands by for the coordinator, and runs the job when this process is it.</summary>
    /// <param name="context">Where to write, when to leave.</param>
    /// <param name="log">The node's log.</param>
    /// <param name="plan">What to train.</param>
    /// <param name="run">How; the run directory is the same for all candidates.</param>
    /// <param name="node">Where this node is.</param>
    /// <param name="events">Receives what the role records, besides the run directory.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> CoordinateAsync(
        CommandContext context, NodeLogger log, TrainingPlan plan, RunOptions run, AkkaNodeOptions node, IEventSink events)
    {
        if (node.Config is null)
            throw new BadInputException("--config: a coordinator on the Akka engine needs one, see cluster-config/coordinator.conf");
        ClusterNodeOptions options = Options(log, node);
        try
        {
            return await TrainingRunner.RunAsync(context, async (observer, leave) =>
            {
                Func<bool> isComplete = await Task.Run(() => TrainingSession.Prepare(plan, run), CancellationToken.None);
                if (isComplete())
                {
                    return await OnceItIsFreeAsync(
                        () => TrainingSession.RunOrResumeAsync(plan, run, WithoutNodes, observer, leave), options.Notice, leave)
                        ?? throw new NoResultException(new NodeEnd(NodeEndKind.JobEndedElsewhere, "the job is complete"));
                }

                TrainingResult? result = null;
                NodeEnd end = await ClusterCandidate.RunAsync(
                    new CandidateJob(LeadAsync, isComplete), options, leave, CancellationToken.None);
                return result is not null && end.Kind == NodeEndKind.JobEnded ? result : throw new NoResultException(end);

                async Task<bool> LeadAsync(CoordinatorEngine engine, CancellationToken stop)
                {
                    JobEngine followed = NodeStatus.Followed(
                        events, (job, _) => RunAsync(engine, job, ClusterJobs.WithNodesThatJoin(job.Options)));
                    result = await OnceItIsFreeAsync(
                        () => TrainingSession.RunOrResumeAsync(plan, run, followed, observer, CancellationToken.None),
                        options.Notice,
                        stop);
                    return result is not null;
                }
            },
            log.Format == LogFormat.Text,
            ClusterJobs.GoOn);
        }
        catch (NoResultException e)
        {
            return Conclude(log, e.End);
        }
        catch (NodeStartException e)
        {
            throw Unusable(node, e);
        }
    }

    private static BadInputException Unusable(AkkaNodeOptions node, NodeStartException e) =>
        new($"--config {node.Config ?? "(none)"}: {e.Message}", e);

    /// <summary>Takes part as a server or worker.</summary>
    /// <param name="context">When to leave.</param>
    /// <param name="log">The node's log.</param>
    /// <param name="role">Server or worker.</param>
    /// <param name="node">Where this node is.</param>
    /// <param name="cache">Where files from the coordinator are kept.</param>
    /// <param name="status">Shows how it is.</param>
    /// <param name="stop">Stops at once.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> TakePartAsync(
        CommandContext context,
        NodeLogger log,
        NodeRole role,
        AkkaNodeOptions node,
        string cache,
        NodeStatus status,
        CancellationToken stop)
    {
        using var job = new OpenedJob(cache, log);
        ClusterNodeOptions options = Options(log, node) with
        {
            Events = new LoggedEvents(log, status),
            Seated = seat =>
            {
                status.Health.Ready();
                log.Seated(seat);
            },
        };
        try
        {
            return Conclude(log, await ClusterMember.RunAsync(role, job.OpenAsync, options, context.Interrupts.Token, stop));
        }
        catch (NodeStartException e)
        {
            throw Unusable(node, e);
        }
    }

    /// <summary>Waits while another process has the run directory.</summary>
    /// <returns>Null where it keeps it.</returns>
    private static async Task<TrainingResult?> OnceItIsFreeAsync(
        Func<Task<TrainingResult>> train, Action<string> notice, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        bool isNoticed = false;
        while (true)
        {
            try
            {
                return await train();
            }
            catch (RunInUseException e)
            {
                if (!isNoticed)
                    notice($"waiting for the coordinator before this one: {e.Message}");
                isNoticed = true;
            }

            if (Stopwatch.GetElapsedTime(start) > RunDirectoryTimeout)
                return null;
            await Task.Delay(RunDirectoryRetryInterval, stop);
        }
    }

    /// <summary>Where the job is complete no node is needed for it.</summary>
    private static Task<JobOutcome> WithoutNodes(EngineJob job, CancellationToken stop) => Task.FromResult(new JobOutcome(
        JobOutcomeKind.Completed, job.Description.Start, job.Description.RestoreFrom, Reason: null));

    private static Task<JobOutcome> RunAsync(CoordinatorEngine engine, EngineJob job, ProtocolOptions protocol) =>
        engine(ClusterJobs.Offer(job, protocol), ClusterJobs.Shape(job.Options), protocol);

    private static ClusterNodeOptions Options(NodeLogger log, AkkaNodeOptions node) => new()
    {
        Config = node.Config is { } path ? Read(path) : OneMachine + Seed(node.Join!),
        Variables = Variables(),
        TensorListen = node.Listen,
        TensorAdvertise = node.Advertise,
        Connections = node.Connections,
        Tensors = log.Tensors(),
        Listening = address => log.Connection($"Akka listens on {address}"),
        Joined = () => log.Connection("is in the cluster"),
        Notice = log.Connection,
        Log = entry => log.Akka(entry),
    };

    /// <summary>Those of the environment; a node that listens everywhere announces its host name, if nothing else is said.</summary>
    private static Dictionary<string, string> Variables()
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith(VariablePrefix, StringComparison.Ordinal))
            .ToDictionary(variable => (string)variable.Key, variable => (string)variable.Value!, StringComparer.Ordinal);
        if (variables.TryGetValue("AKKALSTM_HOST", out string? host) && host is "0.0.0.0")
            variables.TryAdd("AKKALSTM_PUBLIC_HOST", Dns.GetHostName());
        return variables;
    }

    private static string Seed(string coordinator) =>
        $"\nakka.cluster.seed-nodes = [\"akka.tcp://{ClusterNodeOptions.SystemName}@{coordinator}\"]";

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--config {path}: {e.Message}", e);
        }
    }

    private static int Conclude(NodeLogger log, NodeEnd end)
    {
        switch (end.Kind)
        {
            case NodeEndKind.Stopped or NodeEndKind.Left or NodeEndKind.JobEndedElsewhere:
                log.Ended(end.Reason);
                return ExitCode.Done;
            case NodeEndKind.Downed or NodeEndKind.CoordinatorLost:
                log.Failed(end.Reason);
                return ExitCode.ClusterLost;
            default:
                log.Failed(end.Reason);
                return ExitCode.Failed;
        }
    }

    /// <summary>This process's part ended, and it was not the one that ran the job.</summary>
    private sealed class NoResultException(NodeEnd end) : Exception(end.Reason)
    {
        public NodeEnd End => end;
    }
}
