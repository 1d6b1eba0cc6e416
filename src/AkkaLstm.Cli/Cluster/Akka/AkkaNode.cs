using System.Collections;
using AkkaLstm.Cli.Commands;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Engines.Akka.Nodes;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Remote;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Sessions;
using AkkaLstm.Wire.Nodes;

namespace AkkaLstm.Cli.Cluster.Akka;

/// <summary>Brings training and the Akka engine together; neither knows the other. Built in with
/// <c>-p:WithAkka=true</c>.</summary>
internal static class AkkaNode
{
    /// <summary>Environment variables that a configuration file can refer to.</summary>
    private const string VariablePrefix = "AKKALSTM_";

    /// <summary>How long a coordinator waits for nodes that somebody has yet to start.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Options of a node.</summary>
    /// <param name="context">Where to write.</param>
    /// <param name="configPath">The configuration file.</param>
    /// <exception cref="BadInputException">It cannot be read.</exception>
    public static ClusterNodeOptions Options(CommandContext context, string configPath)
    {
        try
        {
            return new ClusterNodeOptions
            {
                Config = File.ReadAllText(configPath),
                Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                    .Where(variable => ((string)variable.Key).StartsWith(VariablePrefix, StringComparison.Ordinal))
                    .ToDictionary(
                        variable => (string)variable.Key, variable => (string)variable.Value!, StringComparer.Ordinal),
                Seated = node => context.Remark($"akkalstm: this is {node}"),
                Notice = line => context.Remark($"akkalstm: {line}"),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--config {configPath}: {e.Message}", e);
        }
    }

    /// <summary>Stands by for the coordinator, and runs the job when this process is it.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> CoordinateAsync(
        CommandContext context, TrainingPlan plan, RunOptions run, ClusterNodeOptions node)
    {
        try
        {
            return await TrainingRunner.RunAsync(context, async (observer, leave) =>
            {
                TrainingResult? result = null;
                NodeEnd end = await ClusterCandidate.RunAsync(
                    async engine => result = await TrainingSession.RunOrResumeAsync(
                        plan, run, (job, _) => RunAsync(engine, job), observer, CancellationToken.None),
                    node,
                    leave,
                    CancellationToken.None);
                return result is not null && end.Kind == NodeEndKind.JobEnded ? result : throw new NoResultException(end);
            });
        }
        catch (NoResultException e)
        {
            return Conclude(context, e.End);
        }
    }

    /// <summary>Takes part as a server or worker.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> TakePartAsync(
        CommandContext context, NodeRole role, ClusterNodeOptions node, string cache, CancellationToken stop)
    {
        RemoteJob? opened = null;
        try
        {
            NodeEnd end = await ClusterMember.RunAsync(
                role,
                async (fetch, token) =>
                {
                    opened?.Dispose();
                    opened = await RemoteJob.OpenAsync(
                        MemberNode.FetchTo(fetch), cache, RemoteJob.DefaultCacheBytes, token);
                    return new MemberJob(
                        opened.RunId, opened.PlanHash, opened.DataHash, opened.Protocol, opened.Executors, opened.Codec);
                },
                node,
                context.Interrupts.Token,
                stop);
            return Conclude(context, end);
        }
        finally
        {
            opened?.Dispose();
        }
    }

    private static Task<JobOutcome> RunAsync(CoordinatorEngine engine, EngineJob job)
    {
        // Deadlines between processes are a matter of seconds: looking at them often keeps them sharp.
        var protocol = new ProtocolOptions
        {
            GatherTimeout = Patience,
            MinWorkersTimeout = Patience,
            MinWorkers = job.Options.MinWorkers,
            ReviewInterval = TimeSpan.FromMilliseconds(250),
        };
        OfferedFiles files = job.Files!.With(protocol);
        return engine(
            new CoordinatorJob(
                job.Description, files.PlanHash, files.DataHash, job.Executors, job.Codec, job.Policy, job.Events, Open),
            new ClusterShape(job.Options.Servers ?? 1, job.Options.ServerReplicas),
            protocol);

        Stream Open(string name)
        {
            try
            {
                return files.Open(name);
            }
            catch (BadInputException e)
            {
                throw new FileNotFoundException(e.Message, e);
            }
        }
    }

    private static int Conclude(CommandContext context, NodeEnd end)
    {
        switch (end.Kind)
        {
            case NodeEndKind.Stopped or NodeEndKind.Left or NodeEndKind.JobEndedElsewhere:
                context.Remark($"akkalstm: {end.Reason}");
                return ExitCode.Done;
            case NodeEndKind.Downed or NodeEndKind.CoordinatorLost:
                Failures.WriteLine(context.Console.Error, end.Reason);
                return ExitCode.ClusterLost;
            default:
                Failures.WriteLine(context.Console.Error, end.Reason);
                return ExitCode.Failed;
        }
    }

    /// <summary>This process's part ended, and it was not the one that ran the job.</summary>
    private sealed class NoResultException(NodeEnd end) : Exception(end.Reason)
    {
        public NodeEnd End => end;
    }
}
